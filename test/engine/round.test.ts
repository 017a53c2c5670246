/** The end of a round: nothing is trained on what is not there, the better model is kept, an interrupted round goes on. */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { claimImage, freeImages } from '../../src/engine/claims.js';
import { initProject } from '../../src/engine/init.js';
import { imagesOf } from '../../src/engine/images.js';
import { currentModel, modelsOf, placeOfModel } from '../../src/engine/models.js';
import { adviceOf } from '../../src/engine/next.js';
import { masksOf } from '../../src/engine/masks.js';
import { openProject, withProject, type Project } from '../../src/engine/project.js';
import { locateProjectModel } from '../../src/engine/project-model.js';
import { setAside } from '../../src/engine/restore.js';
import { endRound, type RoundReport, type RoundRequest } from '../../src/engine/round.js';
import { openRound, roundsOf } from '../../src/engine/rounds.js';
import { MIGRATIONS } from '../../src/engine/schema.js';
import { statusOf } from '../../src/engine/status.js';
import { trainerArgv } from '../../src/engine/trainer.js';
import { runSam } from '../commands/run-sam.js';
import { TEST_MODEL } from '../test-model.js';
import { copying, ENV, judged, trainer } from './judged-project.js';
import { NOW, placeWith, projectWith, type Place } from './scenes.js';

const PLACES = { dataset: '/a b/t.json', images: '/i', model: '/m', out: '/o', minutes: '5' };

test('a trainer is words, not a shell: what stands in a placeholder stays one word', (t) => {
  t.deepEqual(trainerArgv('python -m "my trainer" {dataset} --out={out} \'a "b"\' {minutes} $HOME;rm', PLACES), ['python', '-m', 'my trainer', '/a b/t.json', '--out=/o', 'a "b"', '5', '$HOME;rm']);
  t.deepEqual(trainerArgv('t {dataset} {out}', { ...PLACES, dataset: '{out} "$(x)"' }), ['t', '{out} "$(x)"', '/o'], 'what was filled in is not looked at again');
  for (const [wrong, message] of [['', /expects a command/], ['t "{dataset} {out}', /never closed/], ['t {out}', /\{dataset\}/], ['t {dataset}', /\{out\}/]] as const) t.throws(() => trainerArgv(wrong, PLACES), { code: 'usage/option', message });
});

const imageWithTwo = ({ database }: Project): number => database.get<{ id: number }>('SELECT image_id AS id FROM masks GROUP BY image_id HAVING count(*) > 1')!.id;

const end = ({ folder }: Place, more: Partial<RoundRequest> = {}): Promise<RoundReport> => endRound({ folder, env: ENV, clicks: 2, ...more }, NOW);

test('a better model is put in use, with its lineage; one that is not is kept on record only', async (t) => {
  const place = await judged(t);
  const failing = trainer(place, `mkdirSync(out); process.exit(9);`);
  await t.throwsAsync(end(place, { trainer: failing }), { code: 'model/training', message: /status 9.*tries again/ });
  t.deepEqual(readdirSync(join(place.folder, 'backups')), ['round-1.db']);
  const good = copying(place, ' ');
  const report = await end(place, { trainer: good });
  t.like(report, { round: 1, isPromoted: true, model: 'round-1', next: 2 });
  t.true(report.after!.mean > report.before!.mean);
  t.deepEqual(readdirSync(join(place.folder, 'backups')), ['round-1.db'], 'the round was closed once');
  const exported = JSON.parse(readFileSync(report.dataset, 'utf8')) as { images: { file_name: string }[] }; // our own COCO
  const same = copying(place, '  ');
  t.like(await end(place, { trainer: same }), { round: 1, isPromoted: true, next: 2, nothingNew: true }, 'nothing was done since');
  const second = await end(place, { trainer: same, again: true });
  t.like(second, { round: 2, isPromoted: false, next: 3 });
  const project = await openProject(place.folder, 'read');
  const splits = new Map([...imagesOf(project)].map(({ fileName, split }) => [fileName, split]));
  t.true(exported.images.length > 0 && exported.images.every(({ file_name: name }) => splits.get(name) === 'train'), 'nothing that is held out is trained on');
  const model = currentModel(project)!;
  t.like(model, { folder: 'rounds/1/model', round: 1, metrics: { ...report.after } });
  t.is(modelsOf(project).find(({ id }) => id === model.parentId)?.folder, join(place.root, 'weak'));
  t.deepEqual(roundsOf(project).map(({ number, closedAt }) => [number, closedAt !== null]), [[1, true], [2, true], [3, false]]);
  await project.close();
});

test('without a trainer it closes, exports, and says what to run; with nothing to train on it changes nothing', async (t) => {
  const empty = await placeWith(t, ['a.png']);
  await initProject({ folder: empty.folder, images: empty.images, env: ENV, model: TEST_MODEL }, NOW);
  await t.throwsAsync(end(empty), { code: 'engine/conflict', message: /nothing to train on/ });
  t.false(existsSync(join(empty.folder, 'rounds')));
  const place = await judged(t);
  const report = await end(place);
  t.like(report, { round: 1, isPromoted: false, model: 'weak' });
  t.deepEqual(report.untrained?.command.slice(0, 3), ['sam', 'models', 'finetune']);
  t.true(existsSync(report.dataset) && existsSync(report.heldOut!));
  t.deepEqual(await end(place), report, 'and the same again');
});

test('while nothing held out has a mask by people, no round is closed that cannot be measured, and the way on is told', async (t) => {
  const place = await judged(t), held = await withProject(place.folder, 'write', (project) => {
    const { id } = project.database.get<{ id: number }>("SELECT id FROM images WHERE split = 'val'")!;
    project.database.run("UPDATE masks SET status = 'rejected' WHERE image_id = ?", id);
    return id;
  });
  for (const more of [{}, { trainer: copying(place, ' ') }]) await t.throwsAsync(end(place, more), { code: 'engine/conflict', message: /held out.*sam engine assist .*project gives it next.*--no-train/ });
  t.deepEqual([existsSync(join(place.folder, 'rounds')), existsSync(join(place.folder, 'backups'))], [false, false]);
  t.is(await withProject(place.folder, 'read', (project) => freeImages(project, { limit: 1 }, NOW)[0]), held, 'as it said');
  await withProject(place.folder, 'write', (project) => { project.database.run("UPDATE images SET state = 'skipped' WHERE id = ?", held); });
  await t.throwsAsync(end(place), { message: /All of them are done or skipped/ });
  t.like(await end(place, { train: false }), { round: 1, trainer: 'none' });
  const none = await judged(t);
  await withProject(none.folder, 'write', (project) => { project.database.run("UPDATE images SET split = 'train'"); });
  t.like(await end(none), { round: 1, trainer: 'none', untrained: { reason: 'the project holds out no images, so that nobody could say whether a new model is better' } });
  await t.throwsAsync(end(none, { trainer: copying(none, ' ') }), { code: 'engine/conflict', message: /holds out none \(--val-share/ });
});

test('a trainer may say that nothing better came of it; what it hands back unchanged is not better', async (t) => {
  const place = await judged(t);
  for (const [i, status] of [3, 7].entries()) {
    const report = await end(place, { trainer: trainer(place, `process.exit(${status});`), again: true });
    t.like(report, { round: i + 1, isPromoted: false, model: 'weak', next: i + 2 });
    t.true(report.before!.regions > 0 && report.after === undefined);
  }
  const same = await end(place, { trainer: trainer(place, `cpSync(${JSON.stringify(join(place.root, 'weak'))}, out, { recursive: true });`), again: true });
  t.like(same, { round: 3, isPromoted: false, model: 'weak', next: 4 });
  await t.throwsAsync(end(place, { trainer: trainer(place, 'mkdirSync(out);'), again: true }), { code: 'model/missing', message: /What the trainer made is no model/ });
  await t.throwsAsync(end(place, { trainer: trainer(place, ''), again: true }), { code: 'model/training', message: /no folder/ });
  const project = await openProject(place.folder, 'read');
  t.deepEqual(modelsOf(project).map(({ name, folder }) => [name, folder]), [['weak', join(place.root, 'weak')], [modelsOf(project)[1]!.name, TEST_MODEL]], 'none of it is on record');
  t.like(roundsOf(project)[1]?.metrics, { isPromoted: false });
  await project.close();
});

test('a model that an earlier try made is taken where it would be made in the same way, else made anew', async (t) => {
  const place = await judged(t), log = join(place.root, 'log');
  const logging = copying(place, ' ', `appendFileSync(${JSON.stringify(log)}, 'x');`), times = (): number => readFileSync(log, 'utf8').length;
  await end(place, { trainer: logging, minutes: 1 });
  t.deepEqual(readdirSync(join(place.folder, 'rounds/1')).sort(), ['held-out.json', 'model', 'train.json']);
  // as if it had been killed between the model and the verdict on it
  const again = async (minutes: number): Promise<void> => {
    const project = await openProject(place.folder, 'write');
    project.database.run('UPDATE project SET model_id = (SELECT id FROM models WHERE name = ?)', 'weak');
    project.database.run('DELETE FROM rounds WHERE number = 2');
    await project.close();
    t.like(await end(place, { trainer: logging, minutes }), { round: 1, isPromoted: true });
  };
  await again(1);
  t.is(times(), 1);
  await again(2);
  t.is(times(), 2);
});

test('what a person puts in place is taken by a round without a trainer, and never thrown away', async (t) => {
  const place = await judged(t);
  t.like(await end(place, { train: false }), { round: 1, trainer: 'none', untrained: { reason: 'no training was wanted (--no-train)' } });
  cpSync(TEST_MODEL, join(place.folder, 'rounds/1/model'), { recursive: true });
  // work went on before it was there
  await withProject(place.folder, 'write', (project) => openRound(project, { stage: 'assisted-manual' }, NOW));
  await t.throwsAsync(end(place), { code: 'engine/conflict', message: /rounds\/1\/model, but round 2 has begun since\. Move it to .*rounds\/2\/model/ });
  await withProject(place.folder, 'write', (project) => project.database.run('DELETE FROM rounds WHERE number = 2'));
  await t.throwsAsync(end(place, { trainer: copying(place, ' ') }), { code: 'usage/output-exists', message: /did not make/ });
  t.like(await end(place), { round: 1, trainer: 'by-hand', isPromoted: true, model: 'round-1', next: 2 });
  // what to do next is not the command that would do nothing
  await withProject(place.folder, 'write', (project) => { project.database.run("UPDATE images SET state = 'done'"); });
  const status = await withProject(place.folder, 'read', (project) => statusOf(project, NOW));
  t.true(status.isIdle);
  t.deepEqual(adviceOf(status, 'p').map(({ command }) => command), ['sam engine init p', 'sam engine export p --to coco --output dataset.json']);
  const after = async (act: (project: Project) => void): Promise<boolean> => withProject(place.folder, 'write', (project) => {
    act(project);
    return statusOf(project, NOW).isIdle;
  });
  t.true(await after((project) => { claimImage(project, 1, { annotator: 'ann', token: 'token of ann' }, 1000, NOW + 1); }), 'to look is no work');
  t.false(await after((project) => {
    const [one, two] = masksOf(project, imageWithTwo(project));
    setAside(project, one!.id, two!.id, NOW + 1);
  }), 'duplicates that went are');
  cpSync(join(place.root, 'weak'), join(place.folder, 'rounds/2/model'), { recursive: true });
  t.like(await end(place), { round: 2, trainer: 'by-hand', isPromoted: false, model: 'round-1', next: 3 }, 'a model that was put in place is looked at in any case');
});

test('the masks are handed on in three forms, of which the first is the trainer\'s', async (t) => {
  const place = await judged(t), log = join(place.root, 'log');
  const report = await end(place, { trainer: copying(place, ' ', `writeFileSync(${JSON.stringify(log)}, dataset);`), export: 'hq-sam, sa1b' });
  t.deepEqual(report.exports.map(({ form }) => form), ['hq-sam', 'sa1b']);
  t.is(readFileSync(log, 'utf8'), report.exports[0]!.path);
  const coco = JSON.parse(readFileSync(report.dataset, 'utf8')) as { images: unknown[]; annotations: unknown[] }, [pairs, records] = report.exports.map(({ path }) => path); // our own COCO
  t.is(readdirSync(join(pairs!, 'gt')).length, coco.annotations.length - report.problems.length);
  t.is(readdirSync(records!).filter((name) => name.endsWith('.json')).length, coco.images.length);
  await t.throwsAsync(end(place, { export: 'coco,voc' }), { code: 'usage/option', message: /coco, sa1b, hq-sam/ });
});

test('a promoted model moves with the project, and no folder of its name elsewhere is taken for it', async (t) => {
  const place = await judged(t), moved = join(place.root, 'moved'), cwd = join(place.root, 'elsewhere');
  await end(place, { trainer: copying(place, ' ') });
  renameSync(place.folder, moved);
  mkdirSync(join(cwd, 'round-1'), { recursive: true });
  const { code, stderr } = await runSam(['engine', 'propose', moved, '--points-per-side', '2', '--workers', '1'], { cwd });
  t.is(code, 0, stderr);
  const project = await openProject(moved, 'read'), { located } = await locateProjectModel(project, undefined, ENV, NOW);
  t.like(located, { name: 'round-1', folder: placeOfModel(project, currentModel(project)!) });
  await project.close();
});

test('projects of before say where their models are as seen from themselves', async (t) => {
  const { project, folder } = await projectWith(t);
  const add = 'INSERT INTO models (name, folder, sha256, round, added_at) VALUES (?, ?, ?, ?, 1)';
  for (const row of [['round-1', '/old/place/rounds/1/model', 'a', 1], ['other', '/old/place/rounds/1/model', 'b', null], ['windows', 'C:\\old\\rounds\\1\\model', 'c', 1]] as const) project.database.run(add, ...row);
  // the last step alone, on what a project of before has
  project.database.exec(MIGRATIONS.find((step) => step.includes('UPDATE models'))!);
  t.deepEqual(modelsOf(project).map((model) => model.folder), ['rounds/1/model', '/old/place/rounds/1/model', 'rounds/1/model']);
  await project.close();
  t.true(existsSync(join(folder, 'engine.db')));
});
