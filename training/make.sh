#!/bin/sh
# The embedded model from nothing: sh training/make.sh FOLDER [COCO]
#
# Fetches the pictures, makes the caches, trains, finishes at the full input and exports to FOLDER/model; stopped and started again it goes on where it was.
# COCO: a folder with instances_val2017.json and val2017/, of which the pictures under free licences are taken too (training/data/labelled.py); about half
# of what the model knows of objects is from there. PYTHON: the Python that has training/requirements.txt. Half a day on two cores; memory 8 GB, disk 12 GB.
set -eu
folder=${1:?usage: make.sh FOLDER [COCO]}
python=${PYTHON:-python3}
[ -d "$folder/pictures" ] && [ -f "$folder/fetched" ] || { sh training/data/fetch.sh "$folder"; touch "$folder/fetched"; }
if [ $# -gt 1 ] && [ ! -d "$folder/pictures/photos-coco" ]; then
  "$python" -m training.data.labelled "$2/instances_val2017.json" "$2/val2017" "$folder/pictures/photos-coco.part"
  mv "$folder/pictures/photos-coco.part" "$folder/pictures/photos-coco"
fi
for side in 320 640; do
  [ -f "$folder/cache-$side/done" ] && continue
  "$python" -m training.data.cache --pictures "$folder/pictures" --output "$folder/cache-$side" --side "$side" --squares "$((side == 320 ? 7500 : 1900))"
  touch "$folder/cache-$side/done"
done
"$python" -m training.train --config training/configs/base.json --cache "$folder/cache-320" --output "$folder/run"
"$python" -m training.train --config training/configs/finish.json --cache "$folder/cache-640" --output "$folder/finish" --start "$folder/run/last.pt"
"$python" -m training.export "$folder/finish/last.pt" "$folder/model" --name embedded
echo "made $folder/model; measure it: sam evaluate prompts --model $folder/model; make it the embedded one: npm run models:adopt -- $folder/model"
