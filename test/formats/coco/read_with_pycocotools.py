"""Reads an instances file, and a results file made of it, with pycocotools; prints what it sees as JSON. Needs numpy and pycocotools."""
import contextlib
import json
import sys

from pycocotools import mask as masks
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

instances, results = sys.argv[1:3]
with contextlib.redirect_stdout(sys.stderr):
    truth = COCO(instances)
    found = truth.loadRes(results)
    evaluation = COCOeval(truth, found, "segm")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()


def seen(annotation):
    rle = truth.annToRLE(annotation)
    return {
        "id": annotation["id"], "image_id": annotation["image_id"], "category_id": annotation["category_id"], "iscrowd": annotation["iscrowd"],
        "area": annotation["area"], "bbox": annotation["bbox"], "counts": rle["counts"].decode() if isinstance(rle["counts"], bytes) else rle["counts"],
        "size": list(rle["size"]), "mask_area": int(masks.area(rle)), "mask_bbox": masks.toBbox(rle).tolist(),
    }


print(json.dumps({
    "images": [truth.imgs[i]["file_name"] for i in sorted(truth.imgs)],
    "categories": {c["name"]: c["supercategory"] for c in truth.cats.values()},
    "annotations": [seen(truth.anns[i]) for i in sorted(truth.anns)],
    "results": [{"image_id": a["image_id"], "score": a["score"], "area": float(a["area"])} for a in found.anns.values()],
    "ap": float(evaluation.stats[0]),
}))
