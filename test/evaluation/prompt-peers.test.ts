/**
 * The whole protocol against others' programs: Meta's `SamPredictor` with the clicks of RITM's evaluation (OpenCV's exact distance
 * transform), the same weights. Used last: segment-anything 1.0, PyTorch 2.15.0, OpenCV 5.0.0; besides, on 96 regions of BSDS500 all chains of nine
 * clicks were equal.
 */
import test from 'ava';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { scoreRegions, type RegionScores } from '../../src/evaluation/prompt-rounds.js';
import { readImage } from '../../src/image/decode.js';
import { rleToCoco } from '../../src/mask/rle-string.js';
import { boxFromRle } from '../../src/mask/rle.js';
import { predict } from '../../src/models/predict.js';
import { Predictor } from '../../src/models/predictor.js';
import { drawRegions } from '../folder/drawn-regions.js';
import { peerTest } from '../formats/peers.js';

const PEERS = '../shared/peers', MODEL = '../shared/goldens/models/meta', CLICKS = 6;

const SCRIPT = `
sys.path.insert(0, given['peers'])
import cv2, numpy as np
from PIL import Image
from pycocotools import mask as masks
from segment_anything import SamPredictor
import golden_model
predictor = SamPredictor(golden_model.load())

def iou(a, b): return float((a & b).sum() / (a | b).sum())

def next_click(truth, found, clicks):
    depth = lambda wrong: cv2.distanceTransform(np.pad(wrong, 1).astype('u1'), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    free = np.ones(truth.shape)
    for x, y, _ in clicks: free[y, x] = 0
    missed, extra = depth(truth & ~found) * free, depth(~truth & found) * free
    if max(missed.max(), extra.max()) == 0: return None
    positive = missed.max() > extra.max()
    y, x = np.argwhere(missed == missed.max() if positive else extra == extra.max())[0]
    return int(x), int(y), int(positive)

def ask(clicks, **more):
    return predictor.predict(point_coords=np.array([c[:2] for c in clicks], float), point_labels=np.array([c[2] for c in clicks]), **more)

answer = []
for region in given['regions']:
    predictor.set_image(np.array(Image.open(region['image']).convert('RGB')))
    truth = masks.decode(region['truth']).astype(bool)
    found, _, _ = predictor.predict(box=np.array(region['box']), multimask_output=False)
    scores = dict(box=iou(found[0], truth))
    first = next_click(truth, np.zeros_like(truth), [])
    three, predicted, logits = ask([first], multimask_output=True)
    true = [iou(mask, truth) for mask in three]
    for chain, pick in (('top', int(np.argmax(predicted))), ('best', int(np.argmax(true)))):
        clicks, mask, low, ious = [first], three[pick], logits[pick:pick + 1], [true[pick]]
        for _ in range(given['clicks'] - 1):
            click = next_click(truth, mask, clicks)
            if click is not None:
                clicks.append(click)
                found, _, low = ask(clicks, mask_input=low, multimask_output=False)
                mask = found[0]
            ious.append(iou(mask, truth))
        scores[chain] = ious
    answer.append(scores)
print(json.dumps(answer))
`;

if (existsSync(PEERS) && existsSync(MODEL)) {
  peerTest('boxes and clicks are worth what they are with SamPredictor and RITM\'s clicks', ['torch', 'cv2', 'segment_anything', 'pycocotools'], async (t, { folder, run }) => {
    const { images, regions } = await drawRegions(folder);
    const given = regions.map(({ image, truth }) => { const { x0, y0, x1, y1 } = boxFromRle(truth)!; return { image: join(images, image), truth: rleToCoco(truth), box: [x0, y0, x1, y1] }; });
    // what the script prints
    const expected = run(SCRIPT, { peers: resolve(PEERS), clicks: CLICKS, regions: given }) as Pick<Required<RegionScores>, 'box' | 'top' | 'best'>[];
    const predictor = await Predictor.open({ name: 'golden', sha256: 'golden', encoder: `${MODEL}/encoder.onnx`, decoder: `${MODEL}/decoder.onnx` });
    for (const [i, { id, image, truth }] of regions.entries()) {
      const embedding = await predictor.embed(await readImage(join(images, image), { name: image }));
      const region = { id, key: '', truth, box: boxFromRle(truth)! };
      const [found] = await scoreRegions([region], truth, (prompts, multimask) => predict(predictor, embedding, prompts, { multimask }), { clicks: CLICKS, takesBoxes: true, takesMaskInput: true });
      const { box, top, best } = expected[i]!;
      for (const [name, a, b] of [['box', [found!.box!], [box]], ['top', found!.top, top], ['best', found!.best, best]] as const) {
        t.is(a.length, b.length);
        a.forEach((value, k) => { t.true(Math.abs(value - b[k]!) < 0.005, `region ${id}, ${name} ${k}: ${value} and ${b[k]}`); });
      }
    }
    await predictor.close();
  });
} else {
  test.skip('boxes and clicks beside SamPredictor (../shared is not here)', () => undefined);
}
