/** A Python that can train: looked for where people keep them, asked once what it has, and told apart from those that lack something. */
import { stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SamError, isSamError, printableName } from '../errors.js';
import type { Environment } from '../models/cache-dir.js';
import { runChild, type ChildStops } from './child-group.js';

/** What the training programs import, by the names that Python has for them. */
export const TRAINING_PACKAGES = ['torch', 'numpy', 'cv2', 'numba', 'PIL', 'pycocotools', 'onnx', 'onnxruntime'] as const;

/** `command`: how it is started. `packages`: versions by name. */
export interface TrainingPython { command: string; version: string; packages: Record<string, string> }

/** One that was looked at. `from`: who named it. `lacks`: empty for one that fits. */
interface Candidate { from: string; command: string }
interface Asked extends Candidate { python?: TrainingPython; lacks: string }

/** The folder that `training/` is in; this module runs from `dist/src/folder/`. */
export function packageRoot(): string {
  return fileURLToPath(new URL('../../..', import.meta.url));
}

/**
 * Whoever names one, by `python` (a program, or the folder of a virtual environment) or in SAM_PYTHON, means that one; else the active virtual environment's, `python3` and `python`,
 * the first that fits. Throws `usage/no-python`, naming each that was tried and what it lacks; `interrupted/signal`.
 */
export async function findTrainingPython(python: string | undefined, env: Environment, stops: ChildStops = {}): Promise<TrainingPython> {
  const tried: Asked[] = [];
  for (const candidate of await candidatesOf(python, env)) {
    const asked = await ask(candidate, env, stops);
    if (asked.python !== undefined) return asked.python;
    tried.push(asked);
  }
  throw noPython(tried);
}

async function candidatesOf(python: string | undefined, env: Environment): Promise<Candidate[]> {
  const named = python !== undefined ? { from: '--python', command: python } : env['SAM_PYTHON'] ? { from: 'SAM_PYTHON', command: env['SAM_PYTHON'] } : undefined;
  if (named !== undefined) return [{ ...named, command: await programOf(named.command) }];
  const active = env['VIRTUAL_ENV'];
  return [
    ...(active ? [{ from: 'VIRTUAL_ENV', command: inVirtual(active) }] : []),
    ...['python3', 'python'].map((command) => ({ from: 'PATH', command })),
  ];
}

const inVirtual = (folder: string): string => (process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python'));

/** A path from here, or a name that PATH knows. */
async function programOf(named: string): Promise<string> {
  const found = await stat(named).catch(() => undefined);
  if (found?.isDirectory()) return resolve(inVirtual(named));
  return found !== undefined || /[/\\]/.test(named) ? resolve(named) : named;
}

/** It ends with its stdin, for whoever asked may have been killed: packages take seconds to load. */
const PROBE = `
import importlib, json, os, sys, threading
from importlib import metadata
threading.Thread(target=lambda: os.read(0, 1) or os._exit(1), daemon=True).start()
found, lacks = {}, {}
for name in sys.argv[1:]:
    try:
        module = importlib.import_module('pycocotools.mask' if name == 'pycocotools' else name)
        version = getattr(module, '__version__', None)
        try:
            found[name] = str(version or metadata.version(name))
        except metadata.PackageNotFoundError:
            found[name] = '?'
    except Exception as error:
        lacks[name] = '' if isinstance(error, ModuleNotFoundError) and error.name == name else str(error) or type(error).__name__
print(json.dumps({'version': sys.version.split()[0], 'found': found, 'lacks': lacks, 'old': sys.version_info < (3, 10)}))
`;

/** What the probe prints: this file's own program. `lacks`: why, where it is more than not being there. */
interface Probed { version: string; found: Record<string, string>; lacks: Record<string, string>; old: boolean }

async function ask(candidate: Candidate, env: Environment, { stop, kill }: ChildStops): Promise<Asked> {
  const said: string[] = [];
  try {
    const { code, signal, stdout } = await runChild({ argv: [candidate.command, '-c', PROBE, ...TRAINING_PACKAGES], cwd: packageRoot(), env: pythonEnvironment(env), tell: (line) => { said.push(line); }, isWatched: true, stop, kill });
    if (code !== 0) return { ...candidate, lacks: `ended with ${signal ?? `status ${code}`}${said.length === 0 ? '' : `: ${said.at(-1)!.slice(0, 200)}`}` };
    const { version, found, lacks, old } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Probed;
    const missing = Object.entries(lacks).map(([name, why]) => `${name}${why === '' ? '' : ` (${why.slice(0, 200)})`}`);
    if (old) return { ...candidate, lacks: `is ${version}, expected 3.10 or later` };
    if (missing.length > 0) return { ...candidate, lacks: `(${version}) lacks ${missing.join(', ')}` };
    return { ...candidate, python: { command: candidate.command, version, packages: found }, lacks: '' };
  } catch (error) {
    if (isSamError(error, 'interrupted/signal')) throw error;
    return { ...candidate, lacks: isSamError(error) ? 'cannot be started' : 'answered something else than Python does' };
  }
}

/** For the training programs: theirs come from the package, whose folder is not written to. */
export function pythonEnvironment(env: Environment): NodeJS.ProcessEnv {
  const others = env['PYTHONPATH'];
  return { ...env, PYTHONPATH: [packageRoot(), ...(others ? [others] : [])].join(delimiter), PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
}

function noPython(tried: readonly Asked[]): SamError {
  const list = tried.map(({ from, command, lacks }) => `${printableName(command)}${from === 'PATH' ? '' : ` (of ${from})`} ${lacks}`).join('; ');
  const [made, needs] = ['sam-python', join(packageRoot(), 'training', 'requirements.txt')];
  return new SamError('usage/no-python', `No Python has what training needs. Tried: ${list}. These two commands make one: python3 -m venv ${made} && ${made}/bin/pip install -r ${/\s/.test(needs) ? `'${needs}'` : needs} (then --python ${made}).`);
}
