"""Takes pictures with labels out of COCO files: only those whose licence allows it, each with a map of its instances and a line in a list of sources.

`python -m training.data.labelled ANNOTATIONS IMAGES OUTPUT`: for each picture under CC BY, CC BY-SA, without known restrictions, or of the
government of the United States, writes OUTPUT/NAME.jpg, OUTPUT/NAME.labels.png (uint8, 0 nothing, else the instance) and a row of OUTPUT/sources.csv.
A file of captions will do too: it knows the licences, and its pictures come without labels. Pictures that are there already are left alone.
"""
from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

# what COCO's files say, for parts of them that leave it out
COCO = {4: 'http://creativecommons.org/licenses/by/2.0/', 5: 'http://creativecommons.org/licenses/by-sa/2.0/', 7: 'http://flickr.com/commons/usage/', 8: 'http://www.usa.gov/copyright.shtml'}
LICENCES = ('/by/', '/by-sa/', 'flickr.com/commons/usage', 'usa.gov/copyright')


def free_licences(coco: dict[str, Any]) -> dict[int, str]:
    """Addresses of the licences that allow training, by id."""
    if 'licenses' not in coco:
        return COCO
    # some files were escaped twice
    addresses = {licence['id']: licence['url'].replace('\\/', '/') for licence in coco['licenses']}
    return {number: address for number, address in addresses.items() if any(part in address for part in LICENCES)}


def label_map(image: dict[str, Any], annotations: list[dict[str, Any]]) -> NDArray[np.uint8]:
    """uint8 [h, w]: the number of the instance, smaller ones over larger ones; 0 where there is none. Crowds, and annotations without outlines, are left out."""
    labels = np.zeros((image['height'], image['width']), np.uint8)
    single = [a for a in annotations if a.get('segmentation') and not a.get('iscrowd')]
    for number, annotation in enumerate(sorted(single, key=lambda a: -a['area'])[:254], 1):
        rles = coco_mask.frPyObjects(annotation['segmentation'], image['height'], image['width'])
        labels[coco_mask.decode(coco_mask.merge(rles)) > 0] = number
    return labels


def take(annotations: Path, images: Path, output: Path) -> int:
    """How many pictures were taken."""
    coco = json.loads(annotations.read_text())
    licences = free_licences(coco)
    by_image: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for annotation in coco['annotations']:
        by_image[annotation['image_id']].append(annotation)
    output.mkdir(parents=True, exist_ok=True)
    taken = 0
    with open(output / 'sources.csv', 'a', newline='') as file:
        rows = csv.writer(file)
        for image in coco['images']:
            source, target = images / image['file_name'], output / image['file_name']
            if image.get('license') not in licences or not source.exists() or target.exists():
                continue
            shutil.copyfile(source, target)
            labels = label_map(image, by_image[image['id']])
            if labels.any():
                cv2.imwrite(str(target.with_suffix('.labels.png')), labels)
            rows.writerow([image['file_name'], image.get('flickr_url', image.get('coco_url', '')), licences[image['license']]])
            taken += 1
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('annotations', type=Path)
    parser.add_argument('images', type=Path)
    parser.add_argument('output', type=Path)
    args = parser.parse_args()
    print(f'{take(args.annotations, args.images, args.output)} pictures')


if __name__ == '__main__':
    main()
