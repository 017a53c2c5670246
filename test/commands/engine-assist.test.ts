/** `sam engine assist` as a stranger runs it: the address, how it ends, what it refuses, and that a kill loses nothing that was said to be saved. */
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { countImages } from '../../src/engine/images.js';
import { masksOf } from '../../src/engine/masks.js';
import { openProject } from '../../src/engine/project.js';
import { added, imageOf, projectPlace, Tab } from '../annotator/running.js';
import { runJson, runSam, startSam } from './run-sam.js';

interface Started { origin: string; token: string; running: ReturnType<typeof startSam> }

async function startAssist(t: ExecutionContext, folder: string, ...args: string[]): Promise<Started> {
  const running = startSam(['engine', 'assist', folder, '--annotator', 'ann', ...args]);
  t.teardown(() => { running.child.kill('SIGKILL'); });
  const address = await new Promise<URL>((resolve, reject) => {
    let said = '';
    running.child.stderr?.on('data', (text: string) => {
      said += text;
      const found = /(http:\/\/\S+)\n/.exec(said)?.[1];
      if (found !== undefined) resolve(new URL(found));
    });
    void running.end.then(() => { reject(new Error(`It ended without an address: ${said}`)); });
  });
  return { origin: address.origin, token: address.hash.slice(3), running };
}

test('killed right after an accept was answered, the mask is there; the next server goes on', async (t) => {
  const { folder } = await projectPlace(t);
  for (let kill = 1; kill <= 3; kill++) {
    const { running, ...server } = await startAssist(t, folder);
    const tab = await Tab.open(server);
    await tab.claim(kill);
    await tab.saved(kill, added());
    running.child.kill('SIGKILL');
    t.is((await running.end).signal, 'SIGKILL');
    const project = await openProject(folder, 'read');
    t.is(masksOf(project, kill).length, 1);
    t.is(countImages(project), 3);
    await project.close();
  }
});

test('Control-C ends it well, and the next line says what to do; a second server is refused with exit 6', async (t) => {
  const { folder } = await projectPlace(t);
  const { running, ...server } = await startAssist(t, folder);
  const second = await runJson(t, ['engine', 'assist', folder]);
  t.is(second.code, 6);
  t.like(second.errors[0], { code: 'locked/project' });
  const tab = await Tab.open(server);
  t.is(imageOf(await tab.claim()).id, 1);
  await tab.saved(1, added());
  // a tab that keeps its connection open does not keep the server
  const idle = connect(Number(new URL(server.origin).port), '127.0.0.1');
  await once(idle, 'connect');
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.end;
  t.deepEqual([code, stdout], [0, '']);
  t.regex(stderr, /Stopped; all is saved\. 1 more mask, 0 more images done; 0 of 3 images in all\. Where it stands: sam engine status /);
  t.is((await runJson(t, ['engine', 'status', folder])).summary['truth'], 1);
});

test('what cannot be is told before anything is served', async (t) => {
  const { folder, root } = await projectPlace(t);
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => { taken.close(); });
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const cases: [string[], number, string][] = [
    [[root], 2, 'usage/no-project'], [[folder, '--port', String(port)], 2, 'usage/port'], [[folder, '--port', '70000'], 2, 'usage/option'], [[folder, '--annotator', ' '], 2, 'usage/option'],
    [[folder, '--model', 'nothing-like-it'], 5, 'model/unknown'], [[folder, '--cache-size', '-1'], 2, 'usage/option'],
  ];
  for (const [args, code, error] of cases) {
    const ended = await runJson(t, ['engine', 'assist', ...args]);
    t.is(ended.code, code, args.join(' '));
    t.is(ended.errors[0]?.code, error, args.join(' '));
  }
  t.is((await runSam(['engine', 'assist', folder, '--stage', 'third'])).code, 2);
  t.is((await runJson(t, ['engine', 'status', folder])).code, 0, 'and no lock is left');
});
