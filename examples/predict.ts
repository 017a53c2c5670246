/** Prompted masks from a program: `node predict.js [IMAGE]`. An image is embedded once, then asked about as often as you like. */
import { bestOf, boxFromRle, locateModel, modelFilesOf, predict, predictRefined, Predictor, readImage, rleArea, rleToCoco } from 'sam-masks';

const path = process.argv[2] ?? 'fixtures/scenes/fruit.png';
// a name from `sam models list` or a folder; undefined is $SAM_MODEL, else the embedded model
const model = await locateModel(undefined, { env: process.env });
const predictor = await Predictor.open(modelFilesOf(model));

try {
  const image = await readImage(path, { name: path });
  const embedding = await predictor.embed(image);

  // a click has three answers: take the one that the model scores highest
  const click = { points: [{ x: image.width * 0.3, y: image.height * 0.6, label: 1 as const }] };
  const [answer] = await predict(predictor, embedding, [click], { multimask: true });
  const best = bestOf(answer!);
  console.log(`click: ${rleArea(answer!.masks[best]!)} pixels, predicted IoU ${answer!.predictedIou[best]!.toFixed(2)}`);

  // many boxes in one call, each refined once with its own logits
  const boxes = [0.1, 0.5].map((x) => ({ box: { x0: x * image.width, y0: 0.3 * image.height, x1: (x + 0.4) * image.width, y1: 0.95 * image.height } }));
  for (const { masks, predictedIou } of await predictRefined(predictor, embedding, boxes, { multimask: false, rounds: 1 })) {
    console.log(JSON.stringify({ segmentation: rleToCoco(masks[0]!), box: boxFromRle(masks[0]!), predictedIou: predictedIou[0] }));
  }
} finally {
  await predictor.close();
}
