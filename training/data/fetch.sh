#!/bin/sh
# Fetches the pictures that training uses and unpacks them: sh training/data/fetch.sh FOLDER
#
# Needs a Debian or Ubuntu with apt-get and dpkg, no root. What each package is, and under which licence: training/SOURCES.md.
# Nothing is installed and nothing is written outside FOLDER (keep it outside the repository).
set -eu
folder=${1:?usage: fetch.sh FOLDER}
list=$(cd "$(dirname "$0")/.." && pwd)/sources-photographs.csv
packages='openclipart-png lomiri-wallpapers-20.04 lomiri-wallpapers-16.04 ukui-wallpapers plasma-workspace-wallpapers gnome-backgrounds'
mkdir -p "$folder/packages" "$folder/pictures"
cd "$folder/packages"
for package in $packages; do
  [ -d "../pictures/$package" ] && continue
  ls "${package}"_*.deb > /dev/null 2>&1 || apt-get download "$package"
  mkdir -p "../pictures/$package.tmp"
  dpkg -x "${package}"_*.deb "../pictures/$package.tmp"
  mv "../pictures/$package.tmp" "../pictures/$package"
done
budgie='https://github.com/BuddiesOfBudgie/budgie-backgrounds'
if [ ! -d ../pictures/photos-budgie ]; then
  git clone --quiet "$budgie" ../pictures/photos-budgie.tmp
  git -C ../pictures/photos-budgie.tmp checkout --quiet 82067426f1dde366e9c9038fdbe457c2527525dd
  mv ../pictures/photos-budgie.tmp ../pictures/photos-budgie
fi
# single photographs out of repositories: folder/name,owner/name@commit:path,licence
tail -n +2 "$list" | while IFS=, read -r picture address _; do
  [ -f "../pictures/$picture" ] && continue
  repository=${address%%@*} file=${address#*@}
  clone=$(echo "$repository" | tr / +).git
  [ -d "$clone" ] || git clone --quiet --bare "https://github.com/$repository" "$clone"
  mkdir -p "../pictures/${picture%/*}"
  git -C "$clone" show "$file" > "../pictures/$picture.tmp"
  mv "../pictures/$picture.tmp" "../pictures/$picture"
done
echo "unpacked in $folder/pictures"
