/** A run's record, `.sam/run.json`, as rows for a reader. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Names and values of its leaves, those that a reader asks for first. `record`: what the file holds; nothing for what is no record of ours. */
export function runFacts(record: unknown): [string, string][] {
  if (!isObject(record) || record['schema'] !== 1 || typeof record['command'] !== 'string') return [];
  const { schema: _, command, model, ...rest } = record;
  const made: [string, string][] = [['command', `sam ${command}`]];
  if (isObject(model) && typeof model['name'] === 'string') {
    made.push(['model', model['name']]);
    if (typeof model['sha256'] === 'string') made.push(['model sha256', model['sha256'].slice(0, 12)]);
  }
  return [...made, ...leaves(rest)];
}

/** `options.pointsPerSide` is told as `points-per-side`, as the flag is called. */
function leaves(value: { readonly [key: string]: Json }, path = ''): [string, string][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([key, inner]): [string, string][] => {
    const name = path === '' || path === 'options' ? flagLike(key) : `${path} ${flagLike(key)}`;
    if (isObject(inner)) return leaves(inner, path === '' ? key : `${path} ${key}`);
    return [[name, typeof inner === 'string' ? inner : JSON.stringify(inner)]];
  });
}

function flagLike(key: string): string {
  return key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}

function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
