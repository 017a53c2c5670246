/** What `sam doctor` looks at: what is installed, the machine, the model and its cache, settings that matter, and a check on a real image. */
import { constants, readFileSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canDraw } from '../draw/font.js';
import { SamError, messageOf } from '../errors.js';
import { imageLibrary } from '../image/sharp.js';
import { cacheFolder, checkCacheFolder, type Environment } from '../models/cache-dir.js';
import { describeModels } from '../models/describe.js';
import { locateModel } from '../models/locate.js';
import { modelFilesOf } from '../models/located-model.js';
import { Predictor } from '../models/predictor.js';
import { EMBEDDED_MODEL } from '../models/registry.js';
import { runtimeVersion } from '../models/runtime-advice.js';
import { planSessions } from './defaults.js';
import { memoryCheck, processorCheck, systemCheck } from './doctor-machine.js';
import { selfCheck } from './self-check.js';

/** One line. `advice`: what to do about a warning; a failure's error says that itself. */
export type Check = { topic: string; text: string } & ({ state: 'ok' } | { state: 'warning'; advice: string } | { state: 'fail'; error: SamError });

/** The least version of Node that this package is written for. */
const NODE: readonly [number, number] = [20, 19];

/** Every check, one after the other. Never throws for what it finds; a fault that spoils several is told once. */
export async function examine({ env }: { env: Environment }): Promise<Check[]> {
  const checks = [packageCheck(), nodeCheck(), systemCheck(), processorCheck(), memoryCheck()];
  checks.push(await attempt('images', () => {
    const { sharp, vips } = imageLibrary().versions;
    return { topic: 'images', state: 'ok', text: `sharp ${sharp ?? '?'}, libvips ${vips}` };
  }));
  checks.push(await attempt('pictures', () => {
    // the first question loads both
    canDraw('');
    return { topic: 'pictures', state: 'ok', text: '@napi-rs/canvas, and the font that comes with sam' };
  }));
  const own = await attempt('self-check', ownCheck);
  // that the runtime does not load, only its use tells
  checks.push(isRuntimes(own) ? { ...own, topic: 'runtime' } : { topic: 'runtime', state: 'ok', text: `onnxruntime-node ${runtimeVersion() ?? 'of unknown version'}` });
  checks.push(await attempt('model', () => modelCheck(env)), await attempt('cache', () => cacheCheck(env)), settingsCheck(env), own);
  return checks.filter((check, i) => check.state !== 'fail' || !checks.slice(0, i).some(({ text }) => text === check.text));
}

function isRuntimes(check: Check): boolean {
  return check.state === 'fail' && check.error.code === 'model/run';
}

async function attempt(topic: string, check: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    const known = error instanceof SamError ? error : new SamError('internal/unexpected', messageOf(error), { cause: error });
    return { topic, state: 'fail', text: known.message, error: known };
  }
}

function packageCheck(): Check {
  const manifest = new URL('../../../package.json', import.meta.url);
  // our own file
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { topic: 'sam', state: 'ok', text: `${version} in ${dirname(fileURLToPath(manifest))}` };
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const text = process.versions.node;
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return { topic: 'node', state: 'ok', text };
  return { topic: 'node', state: 'warning', text, advice: `This package is written for Node ${NODE.join('.')} or later.` };
}

/** The model that a command takes when none is named. */
async function modelCheck(env: Environment): Promise<Check> {
  const located = await locateModel(undefined, { env });
  const bytes = located.files.reduce((sum, file) => sum + file.bytes, 0);
  const { threads, workers } = planSessions(located);
  const predictor = await Predictor.open(modelFilesOf(located), threads);
  const { contract, inputSide, masksPerPrompt } = predictor.spec;
  await predictor.close();
  const remark = located.origin === 'embedded' ? ' (small: `sam models list` names stronger ones)' : masksPerPrompt === 3 ? '' : ' (one mask a prompt: not for segment-all)';
  return { topic: 'model', state: 'ok', text: `${located.name}${remark}, ${contract}, ${inputSide} pixels, ${(bytes / 1e6).toFixed(1)} MB in ${located.folder}; by default --workers ${workers} --threads ${threads}` };
}

async function cacheCheck(env: Environment): Promise<Check> {
  const folder = cacheFolder(env);
  try {
    const exists = await checkCacheFolder(folder);
    await access(await nearestFolder(folder), constants.W_OK);
    if (!exists) return { topic: 'cache', state: 'ok', text: `${folder}, not there yet` };
  } catch (error) {
    const text = error instanceof SamError ? error.message : `${folder} cannot be written: ${messageOf(error)}`;
    return { topic: 'cache', state: 'warning', text, advice: 'Models cannot be fetched; set SAM_CACHE_DIR to a folder of your own.' };
  }
  const models = (await describeModels(env)).filter(({ name, cached }) => name !== EMBEDDED_MODEL && cached !== 'no');
  const names = models.map(({ name, cached }) => (cached === 'partly' ? `${name} (partly)` : name));
  return { topic: 'cache', state: 'ok', text: `${folder}, ${names.length === 0 ? 'no models' : names.join(', ')}` };
}

async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(() => true, () => false);
  return isThere || dirname(folder) === folder ? folder : await nearestFolder(dirname(folder));
}

const SETTINGS = ['SAM_MODEL', 'SAM_MODEL_MIRROR', 'SAM_CACHE_DIR'];
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

/** The environment variables that change what sam does, and those from which people expect that they do. */
function settingsCheck(env: Environment): Check {
  const set = [...SETTINGS, ...PROXIES].filter((name) => (env[name] ?? '') !== '');
  if (set.length === 0) return { topic: 'settings', state: 'ok', text: `none of ${SETTINGS.join(', ')} is set, and no proxy` };
  const text = set.map((name) => `${name}=${withoutPasswords(env[name] ?? '')}`).join(' ');
  if (!set.some((name) => PROXIES.includes(name)) || set.includes('SAM_MODEL_MIRROR')) return { topic: 'settings', state: 'ok', text };
  return { topic: 'settings', state: 'warning', text, advice: '`sam models pull` does not go through a proxy; where that is the only way, set SAM_MODEL_MIRROR to a mirror that can be reached.' };
}

/** Addresses may hold a name and a password. */
function withoutPasswords(addresses: string): string {
  return addresses.replace(/\/\/[^/@,\s]*@/g, '//***@');
}

async function ownCheck(): Promise<Check> {
  const { masks, seconds } = await selfCheck();
  if (seconds !== undefined) return { topic: 'self-check', state: 'ok', text: `${masks} masks in the scene that comes with sam, as expected, in ${seconds.toFixed(1)} s` };
  return { topic: 'self-check', state: 'warning', text: 'given up after 30 s', advice: 'This machine is very slow, or very busy.' };
}
