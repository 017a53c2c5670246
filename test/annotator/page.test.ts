/** The annotator's page in a real browser, with the real model: clicks, accept, reload, correct, proposals, the keyboard alone, names as text, lost connections. */
import { existsSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { MaskView, SaveRequest } from '../../src/annotator/api.js';
import { maskIou } from '../../src/mask/iou.js';
import type { Rle } from '../../src/mask/rle.js';
import { boxFromRle, rleArea } from '../../src/mask/rle.js';
import { rleFromString, rleToString } from '../../src/mask/rle-string.js';
import { rleFromBox } from '../../src/mask/polygon-fill.js';
import { readImage } from '../../src/image/decode.js';
import { correctionStart } from '../../src/models/correction-start.js';
import { predict } from '../../src/models/predict.js';
import { Predictor } from '../../src/models/predictor.js';
import { FakeServer, MODEL, type FakeProject } from './fake-server.js';

const CHROMIUM = '/usr/bin/chromium';
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const canRun = existsSync(CHROMIUM) && existsSync('dist/src/annotator/ort') && existsSync('dist/src/annotator/app/main.js');
// without a browser, its runtime or the page's own build there is nothing to try
const browserTest = canRun ? test.serial : test.serial.skip;

let browser: Browser | undefined;
test.after.always(() => browser?.close());

interface Opened { server: FakeServer; page: Page; complaints: string[]; said: (pattern: RegExp) => Promise<void> }

async function open(t: ExecutionContext, project: FakeProject, ready = /Click an object|Is this mask right/): Promise<Opened> {
  const server = await FakeServer.start(project);
  browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, colorScheme: 'dark' });
  t.teardown(async () => {
    await context.close();
    await server.close();
  });
  const page = await context.newPage(), complaints: string[] = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', (error) => { complaints.push(error.message); });
  await page.goto(`${server.url}#t=secret`);
  const said = async (pattern: RegExp): Promise<void> => { await page.locator('#said').filter({ hasText: pattern }).waitFor({ state: 'attached', timeout: 60_000 }); };
  await said(ready);
  return { server, page, complaints, said };
}

/** Clicks a spot of the image, which is fitted into the stage with 24 px around. */
async function spotOf({ page, server }: Opened, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = (await page.locator('#stage').boundingBox())!, { width, height } = server.images[0]!;
  const scale = Math.min((box.width - 48) / width, (box.height - 48) / height);
  return { x: box.x + (box.width - width * scale) / 2 + x * scale, y: box.y + (box.height - height * scale) / 2 + y * scale };
}

async function clickImage(opened: Opened, x: number, y: number, modifiers: ('Shift')[] = []): Promise<void> {
  const at = await spotOf(opened, x, y);
  for (const key of modifiers) await opened.page.keyboard.down(key);
  await opened.page.mouse.click(at.x, at.y);
  for (const key of modifiers) await opened.page.keyboard.up(key);
}

const FRUIT: FakeProject = { images: [{ path: 'fixtures/scenes/fruit.png', fileName: 'fruit.png' }] };

function actionOf(request: SaveRequest | undefined, kind: 'add' | 'correct'): Extract<SaveRequest['action'], { kind: 'add' }> {
  if (request?.action.kind !== kind) throw new Error(`expected ${kind}, found ${request?.action.kind}`);
  // corrections of this test have all that an added mask has
  return request.action as Extract<SaveRequest['action'], { kind: 'add' }>;
}

/** A mask that a model proposed: a box. */
function proposal(id: number, x: number, y: number, side: number, size: { width: number; height: number }, score: number): MaskView {
  const rle = rleFromBox({ x0: x, y0: y, x1: x + side, y1: y + side }, size);
  return { id, revision: 1, categoryId: 1, counts: rleToString(rle), box: boxFromRle(rle)!, area: rleArea(rle), status: 'proposed', stage: 'semi-automatic', annotator: null, predictedIou: score, score, supersedes: null };
}

for (const inParts of [false, true]) browserTest(`a further click is asked with the logits of the mask that was taken, as sam evaluate prompts asks; undone and done again, it is the same: the decoder ${inParts ? 'in parts' : 'whole'}`, async (t) => {
  const opened = await open(t, { ...FRUIT, inParts }), { page, server, said } = opened, { width, height } = server.images[0]!;
  await clickImage(opened, width / 2, height / 2);
  await said(/Enter accepts it/);
  await page.keyboard.press('Alt+3');
  await said(/^Mask 3 of 3/);
  await clickImage(opened, width / 2, height / 3);
  await said(/Enter accepts it/);
  // what is said is the same before and after: the candidates go when the key is pressed, and come with the answer
  const answered = (): Promise<void> => page.locator('#candidates [aria-checked="true"]').waitFor();
  await page.keyboard.press('Control+z');
  await answered();
  t.is(await page.locator('#candidates [aria-checked="true"]').textContent(), await page.locator('#candidates button').nth(2).textContent(), 'what was taken before is taken again');
  await page.keyboard.press('Control+y');
  await answered();
  await page.keyboard.press('Enter');
  await said(/^Saved/);
  const { counts, prompts, candidate } = actionOf(server.saved[0], 'add');
  t.like(prompts, [{ kind: 'point', candidate: 2 }, { kind: 'point', candidate: undefined }]);
  t.is(candidate, 0);
  const points = prompts.flatMap((prompt) => (prompt.kind === 'point' ? [{ x: prompt.x, y: prompt.y, label: prompt.label }] : []));
  const predictor = await Predictor.open(MODEL);
  t.teardown(() => predictor.close());
  const embedding = await predictor.embed(await readImage('fixtures/scenes/fruit.png', { name: 'fruit.png' }));
  const [first] = await predict(predictor, embedding, [{ points: [points[0]!] }], { multimask: true });
  const [second] = await predict(predictor, embedding, [{ points, logits: first!.logits[2]! }], { multimask: false }), [other] = await predict(predictor, embedding, [{ points }], { multimask: false });
  const saved = rleFromString(counts, width, height), [asChained, asAtOnce] = [second!, other!].map(({ masks }) => maskIou([saved], [masks[0]!])[0]!);
  t.true(asChained! > 0.99, `IoU ${asChained}`);
  t.true(asAtOnce! < asChained!, 'the logits make a difference here');
});

browserTest('a click on the background of a mask that is there takes a piece off it; the rest stays', async (t) => {
  const size = { width: 256, height: 192 }, there = rleFromBox({ x0: 58, y0: 104, x1: 160, y1: 158 }, size);
  const mask: MaskView = { ...proposal(1, 0, 0, 10, size, 0.9), counts: rleToString(there), box: boxFromRle(there)!, area: rleArea(there), status: 'accepted' };
  const opened = await open(t, { images: [{ ...FRUIT.images[0]!, masks: [mask] }] }), { page, server, said } = opened;
  await clickImage(opened, 75, 120);
  await said(/^Correct it/);
  await clickImage(opened, 150, 110, ['Shift']);
  await said(/Enter accepts it/);
  await page.keyboard.press('Enter');
  await said(/^Saved/);
  const { counts, prompts } = actionOf(server.saved[0], 'correct');
  t.like(prompts, [{ kind: 'point', label: 0 }]);
  const predictor = await Predictor.open(MODEL);
  t.teardown(() => predictor.close());
  const embedding = await predictor.embed(await readImage('fixtures/scenes/fruit.png', { name: 'fruit.png' })), [click] = prompts;
  if (click?.kind !== 'point') return t.fail('the click is recorded');
  const start = correctionStart(there, predictor.spec)!, point = { x: click.x, y: click.y, label: click.label };
  const [expected] = await predict(predictor, embedding, [{ points: [start.point, point], logits: start.logits }], { multimask: false });
  const [alone] = await predict(predictor, embedding, [{ points: [point] }], { multimask: false });
  const saved = rleFromString(counts, size.width, size.height), iouWith = (rle: Rle): number => maskIou([saved], [rle])[0]!;
  t.true(iouWith(expected!.masks[0]!) > 0.99);
  t.true(iouWith(there) > iouWith(alone!.masks[0]!), 'it is nearer to the mask that was there than to what the click alone would be');
});

browserTest('a click where the pointer rests asks the model nothing new: the answer of its preview is taken', async (t) => {
  const opened = await open(t, FRUIT), { page, server, said } = opened, { width, height } = server.images[0]!;
  await page.evaluate(`(() => {
    const send = Worker.prototype.postMessage;
    window.asked = [];
    Worker.prototype.postMessage = function (message, ...rest) { if (message.kind === 'decode') window.asked.push(message.prompts); return send.call(this, message, ...rest); };
  })()`);
  await clickImage(opened, width / 2, height / 2);
  await said(/Enter accepts it/);
  t.is((await page.evaluate<unknown[]>('window.asked')).length, 1);
});

browserTest('a click makes the mask that sam predict makes; it is accepted, and still there after a reload', async (t) => {
  const opened = await open(t, FRUIT), { page, server, said, complaints } = opened;
  const { width, height } = server.images[0]!;
  await clickImage(opened, width / 2, height / 2);
  await said(/Enter accepts it/);
  t.is(await page.locator('#candidates button').count(), 3);
  await page.keyboard.press('Enter');
  await said(/^Saved/);
  const { counts, prompts } = actionOf(server.saved[0], 'add');
  const [point] = prompts;
  if (point?.kind !== 'point') return t.fail('the click is recorded');
  const image = await readImage('fixtures/scenes/fruit.png', { name: 'fruit.png', maxPixels: 1e9, lenient: false });
  const predictor = await Predictor.open(MODEL);
  const [expected] = await predict(predictor, await predictor.embed(image), [{ points: [{ x: point.x, y: point.y, label: 1 }] }], { multimask: true });
  await predictor.close();
  const best = expected!.predictedIou.indexOf(Math.max(...expected!.predictedIou));
  const iou = maskIou([rleFromString(counts, width, height)], [expected!.masks[best]!])[0]!;
  t.true(iou > 0.9999, `IoU with sam predict's mask: ${iou}`);
  await page.reload();
  await said(/Click an object/);
  t.is(await page.locator('#masks').textContent(), '1 mask');
  t.deepEqual(complaints, []);
  t.false(page.url().includes('secret'), 'the token is not left in the address');
});

browserTest('a mask is corrected with the brush, which is undone and redone; the correction is taken back', async (t) => {
  const size = await readImage('fixtures/scenes/fruit.png', { name: 'fruit.png', maxPixels: 1e9, lenient: false });
  const mask: MaskView = { ...proposal(7, 20, 20, 60, size, 0.9), status: 'accepted' };
  const opened = await open(t, { images: [{ ...FRUIT.images[0]!, masks: [mask] }] }), { page, server, said } = opened;
  await clickImage(opened, 50, 50);
  await said(/Correct it/);
  await page.keyboard.press('t');
  const from = await spotOf(opened, 80, 50), to = await spotOf(opened, 110, 50);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 5 });
  await page.mouse.up();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+y');
  await page.keyboard.press('Enter');
  await said(/^Saved/);
  const { counts, prompts } = actionOf(server.saved[0], 'correct');
  t.true(rleArea(rleFromString(counts, size.width, size.height)) > mask.area);
  const [brush] = prompts ?? [];
  t.true(prompts?.length === 1 && brush?.kind === 'brush' && rleArea(rleFromString(brush.add!, size.width, size.height)) > 0, JSON.stringify(prompts));
  await page.keyboard.press('Control+z');
  await said(/Taken back/);
  t.is(server.saved[1]?.action.kind, 'undo-correction');
});

browserTest('proposals come by score: accepted, rejected, and then the rest of the image', async (t) => {
  const size = await readImage('fixtures/scenes/fruit.png', { name: 'fruit.png', maxPixels: 1e9, lenient: false });
  const masks = [proposal(1, 10, 10, 30, size, 0.5), proposal(2, 60, 60, 30, size, 0.95)];
  const { page, server, said } = await open(t, { stage: 'semi', images: [{ ...FRUIT.images[0]!, masks }] });
  await page.keyboard.press('Enter');
  await said(/Accepted/);
  await page.keyboard.press('x');
  await said(/Rejected|missing/);
  t.deepEqual(server.saved.map(({ action }) => [action.kind, 'maskId' in action ? action.maskId : 0]), [['accept', 2], ['reject', 1]]);
});

browserTest('with the keyboard alone: crosshair, mark, another mask, class, accept, next', async (t) => {
  const { page, server, said, complaints } = await open(t, { images: [FRUIT.images[0]!, { path: 'fixtures/scenes/tiles.png', fileName: 'tiles.png' }] });
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('f');
  await said(/Enter accepts it/);
  await page.keyboard.press('Tab');
  await said(/^Mask [123] of 3/);
  await page.keyboard.press('2');
  await page.keyboard.press('Enter');
  await said(/^Saved/);
  t.is(actionOf(server.saved[0], 'add').categoryId, 2);
  await page.keyboard.press('n');
  await page.locator('#file').filter({ hasText: 'tiles.png' }).waitFor();
  t.is(server.finished.length, 1);
  t.deepEqual(complaints, []);
});

browserTest('names from data are text', async (t) => {
  const name = '<img src=x onerror="document.title=1">.png';
  const { page, complaints } = await open(t, { categories: ['<script>alert(1)</script>', '\u202Ereversed'], images: [{ ...FRUIT.images[0]!, fileName: name }] });
  t.is(await page.locator('#file').textContent(), name);
  t.is(await page.locator('.classes .name').first().textContent(), '<script>alert(1)</script>');
  t.is(await page.locator('header img, aside script').count(), 0);
  t.deepEqual(complaints, []);
});

browserTest('a lost connection is told, and the mask is saved when it is back; a conflict gives the mask back', async (t) => {
  const opened = await open(t, FRUIT), { page, server, said } = opened, { width, height } = server.images[0]!;
  await clickImage(opened, width / 2, height / 2);
  await said(/Enter accepts it/);
  server.failWith = 0;
  await page.keyboard.press('Enter');
  await page.locator('#saved').filter({ hasText: 'no connection' }).waitFor();
  server.failWith = undefined;
  await said(/^Saved/);
  t.is(server.saved.length, 1);
  server.failWith = 409;
  await clickImage(opened, 8, 8);
  await said(/Enter accepts it|Correct it|found nothing/);
  await page.keyboard.press('t');
  await clickImage(opened, 30, 30);
  await page.keyboard.press('Enter');
  await page.locator('#notice').filter({ hasText: 'Somebody else changed this mask.' }).waitFor();
  await page.locator('#saved').filter({ hasText: 'not accepted yet' }).waitFor();
  t.is(server.saved.length, 1);
});
