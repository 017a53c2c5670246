/** Raw requests from outside: another Host, another page, other methods, addresses that lead elsewhere, bodies without end. All are refused, and the server goes on. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import test from 'ava';
import { added, projectPlace, raw, running, statusOf, Tab } from './running.js';

/** A whole request; what a test does not say is as the page would send it. */
function request(method: string, path: string, { host, origin, cookie, type = 'application/json', body, more = [] }: { host?: string | undefined; origin?: string | undefined; cookie?: string | undefined; type?: string; body?: string; more?: string[] }): string {
  return [
    `${method} ${path} HTTP/1.1`, ...(host === undefined ? [] : [`Host: ${host}`]), ...(origin === undefined ? [] : [`Origin: ${origin}`]), ...(cookie === undefined ? [] : [`Cookie: ${cookie}`]),
    ...(body === undefined ? [] : [`Content-Type: ${type}`, `Content-Length: ${body.length}`]), 'Connection: close', ...more, '', body ?? '',
  ].join('\r\n');
}

test('only this server\'s own Host, whoever asks for what', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const { cookie } = await Tab.open({ origin, token });
  const get = async (host: string | undefined, path = '/api/project', more: string[] = []): Promise<number> => statusOf(await raw(port, request('GET', path, { host, cookie, more })));
  for (const name of ['127.0.0.1', 'localhost', '[::1]']) t.is(await get(`${name}:${port}`), 200, name);
  for (const host of ['evil.com', `evil.com:${port}`, '127.0.0.1', '127.0.0.1:1', `127.0.0.1.evil:${port}`, `127.0.0.1:${port}.evil.com`, `user@127.0.0.1:${port}`, `0.0.0.0:${port}`, `LOCALHOST.:${port}`, '']) {
    for (const path of ['/', '/api/project', '/app/main.js']) t.is(await get(host, path), 403, `${host} ${path}`);
  }
  t.is(await get(undefined), 400, 'no Host');
  t.true([400, 403].includes(await get(`127.0.0.1:${port}`, '/api/project', ['Host: evil.com'])), 'two Hosts');
  t.is(statusOf(await raw(port, `GET /api/project HTTP/1.0\r\nCookie: ${cookie}\r\n\r\n`)), 403, 'HTTP/1.0 without Host');
  t.is(await get(`127.0.0.1:${port}`, `http://evil.com/api/project`), 400, 'a whole address');
});

test('writes come from the page alone', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const { cookie, tab } = await Tab.open({ origin, token });
  const host = `127.0.0.1:${port}`, body = JSON.stringify({ tab, want: 'next' });
  const post = async (fields: Partial<Parameters<typeof request>[2]>): Promise<number> => statusOf(await raw(port, request('POST', '/api/claim', { host, origin, cookie, body, ...fields })));
  t.is(await post({}), 200);
  t.is(await post({ more: ['Sec-Fetch-Site: same-origin'] }), 200);
  for (const other of ['null', 'http://evil.com', `https://${host}`, `http://localhost:${port}`, `http://127.0.0.1:${port + 1}`, `${origin}/`, '', undefined]) t.is(await post({ origin: other }), 403, `origin ${other}`);
  for (const site of ['cross-site', 'same-site', 'none']) t.is(await post({ more: [`Sec-Fetch-Site: ${site}`] }), 403, site);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/json-patch+json', 'text/plain; application/json', 'application/json; charset=utf-16']) t.is(await post({ type }), 415, type);
  t.is(await post({ cookie: undefined }), 401);
  const get = async (path: string, more: string[], from?: string): Promise<number> => statusOf(await raw(port, request('GET', path, { host, cookie, origin: from, more })));
  t.is(await get('/api/project', ['Sec-Fetch-Site: cross-site']), 403, 'another page\'s script or picture');
  t.is(await get('/images/1', ['Sec-Fetch-Site: same-site']), 403);
  t.is(await get('/api/project', [], 'http://evil.com'), 403);
  t.is(await get('/', ['Sec-Fetch-Site: cross-site']), 200, 'a link to the page itself');
  t.is(await get('/images/1', ['Sec-Fetch-Site: none']), 200, 'an address that the person types');
});

const WRITES = ['/api/claim', '/api/renew', '/api/release', '/api/save', '/api/draft', '/api/finish'], READS = ['/api/project', '/images/1', '/images/1/0/0', '/embeddings/1', '/model/decoder.onnx'];

test('every address keeps strangers out, not only the first one that was thought of', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const { cookie, tab } = await Tab.open({ origin, token });
  const host = `127.0.0.1:${port}`, body = JSON.stringify({ tab, token });
  const ask = async (method: string, path: string, fields: Partial<Parameters<typeof request>[2]>): Promise<number> => statusOf(await raw(port, request(method, path, { host, origin, cookie, ...(method === 'POST' ? { body } : {}), ...fields })));
  for (const path of [...WRITES, '/api/session']) {
    t.is(await ask('POST', path, { host: 'evil.com' }), 403, `${path}: another Host`);
    t.is(await ask('POST', path, { host: `evil.com:${port}`, origin: `http://evil.com:${port}` }), 403, `${path}: a name made to point here`);
    t.is(await ask('POST', path, { origin: 'http://evil.com' }), 403, `${path}: another page`);
    t.is(await ask('POST', path, { origin: undefined }), 403, `${path}: no page`);
    t.is(await ask('POST', path, { origin: 'null' }), 403, `${path}: a page without an origin`);
    t.is(await ask('POST', path, { more: ['Sec-Fetch-Site: cross-site'] }), 403, `${path}: the browser says so`);
    t.is(await ask('POST', path, { type: 'text/plain' }), 415, `${path}: what a form can send`);
    t.is(await ask('POST', path, { more: [`Origin: ${origin}`] }), 403, `${path}: two origins`);
    t.is(await ask('POST', path, { body: '[]' }), path === '/api/session' ? 401 : 400, `${path}: no object`);
    t.is(await ask('POST', `${path}/`, {}), 404, `${path}/`);
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']) t.is(await ask(method, path, {}), 405, `${method} ${path}`);
  }
  for (const path of WRITES) t.is(await ask('POST', path, { cookie: undefined }), 401, `${path}: no key`);
  for (const path of READS) {
    t.is(await ask('GET', path, { host: 'evil.com' }), 403, `${path}: another Host`);
    t.is(await ask('GET', path, { origin: 'http://evil.com' }), 403, `${path}: another page`);
    t.is(await ask('GET', path, { more: ['Sec-Fetch-Site: same-site'] }), 403, `${path}: another port of this machine`);
    t.is(await ask('GET', path, { cookie: undefined }), 401, `${path}: no key`);
    for (const method of ['POST', 'HEAD', 'OPTIONS', 'PUT', 'TRACE']) t.is(await ask(method, path, {}), 405, `${method} ${path}`);
  }
  const answer = await raw(port, request('OPTIONS', '/api/save', { host, origin: 'http://evil.com', more: ['Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: content-type'] }));
  t.notRegex(answer, /access-control-allow/i, 'no page is let in beforehand');
});

test('a body whose length is a lie, or two lengths, does not become another request', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const tab = await Tab.open({ origin, token }), { cookie } = tab;
  await tab.claim(1);
  const head = ['POST /api/renew HTTP/1.1', `Host: 127.0.0.1:${port}`, `Origin: ${origin}`, `Cookie: ${cookie}`, 'Content-Type: application/json'];
  const smuggled = `POST /api/release HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${origin}\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n`;
  for (const lengths of [['Content-Length: 5', 'Content-Length: 6'], ['Content-Length: 5', 'Transfer-Encoding: chunked'], ['Content-Length: -1'], ['Content-Length: 5x'], ['Transfer-Encoding: chunked, identity'], ['Transfer-Encoding: xchunked']]) {
    const answer = await raw(port, [...head, ...lengths, '', smuggled].join('\r\n'), 1500);
    t.true([400, 501].includes(statusOf(answer)), `${lengths.join(', ')}: ${answer.slice(0, 30)}`);
    t.is(answer.match(/HTTP\/1\.1/g)?.length, 1, 'one answer');
  }
  t.is((await tab.post('/api/renew', {})).status, 200, 'the image was not given back');
});

test('no key, no answer: the token wrong, empty, of another kind, and cookies that are none', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const host = `127.0.0.1:${port}`;
  const exchange = async (body: string): Promise<string> => await raw(port, request('POST', '/api/session', { host, origin, body }));
  for (const body of ['{}', '[]', 'null', '""', JSON.stringify({ token: '' }), JSON.stringify({ token: [token] }), JSON.stringify({ token: { token } }), JSON.stringify({ token: `${token}0` }), JSON.stringify({ token: token.slice(1) }), JSON.stringify([token]), JSON.stringify({ token: null }), JSON.stringify({ token: token.toUpperCase() + ' ' })]) {
    const answer = await exchange(body);
    t.is(statusOf(answer), 401, body.slice(0, 20));
    t.notRegex(answer, /set-cookie/i);
  }
  for (const body of ['', '{', 'token', '\xff']) t.is(statusOf(await exchange(body)), 400, JSON.stringify(body));
  const answer = await exchange(JSON.stringify({ token }));
  t.is(statusOf(answer), 204);
  t.regex(answer, new RegExp(`set-cookie: sam-${port}=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=/\r\n`, 'i'));
  t.false(answer.includes(token), 'the cookie is another secret');
  const cookie = /set-cookie: ([^;]+)/i.exec(answer)![1]!;
  for (const path of ['/api/project', '/images/1', '/embeddings/1', '/model/decoder.onnx', '/nothing']) {
    for (const bad of [undefined, '', `sam-${port}=`, `sam-${port}=${token}`, `${cookie}0`, cookie.slice(0, -1), cookie.replace(`sam-${port}`, 'sam'), `x=${cookie}`]) t.is(statusOf(await raw(port, request('GET', path, { host, cookie: bad }))), 401, `${path} ${bad}`);
  }
  t.is(statusOf(await raw(port, request('GET', '/api/project', { host, cookie: `other=1; ${cookie}; more=2` }))), 200);
  t.is(statusOf(await raw(port, request('GET', `/api/project?t=${token}`, { host }))), 400, 'the token is taken nowhere else');
  t.is(statusOf(await raw(port, request('GET', '/api/project', { host, more: [`Authorization: Bearer ${token}`] }))), 401);
});

test('no address leads to a file, and what is odd is refused', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const { cookie } = await Tab.open({ origin, token });
  const get = async (path: string): Promise<string> => await raw(port, request('GET', path, { host: `127.0.0.1:${port}`, cookie }));
  for (const path of ['/..%2f..%2fetc/passwd', '/app/..%2f..%2fpackage.json', '/app/../package.json', '/app/%2e%2e/x', '/images/..%5c1', '/images/%31', '/app\\main.js', '//etc/passwd', '/images//1', '/images/1%00', '/app/main.js%00.png', '/api/project?', '/api/project#x', '/ü']) {
    t.is(statusOf(await get(path)), 400, path);
  }
  for (const path of ['/etc/passwd', '/app/', '/app', '/app/annotator/server.js', '/package.json', '/engine.db', '/images/', '/images/a.png', '/images/1/', '/images/1/0', '/images/1/0/0/0', '/images/-1', '/images/1.5', '/images/99', '/images/999999999999999999999', '/images/1/9/9', '/embeddings/1/0/0', '/embeddings/99', '/api', '/favicon.ico']) {
    t.is(statusOf(await get(path)), 404, path);
  }
  t.is(statusOf(await get(`/${'a'.repeat(2000)}`)), 414);
  t.is(statusOf(await get(`/${'a'.repeat(100_000)}`)), 431);
  t.is(statusOf(await raw(port, request('GET', '/', { host: `127.0.0.1:${port}`, more: [`X: ${'a'.repeat(50_000)}`] }))), 431);
});

test('methods: GET and POST, each where it belongs', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const { cookie } = await Tab.open({ origin, token });
  const ask = async (method: string, path: string): Promise<number> => statusOf(await raw(port, request(method, path, { host: `127.0.0.1:${port}`, origin, cookie, body: '{}' })));
  for (const method of ['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) for (const path of ['/', '/api/project', '/api/save']) t.is(await ask(method, path), 405, `${method} ${path}`);
  for (const path of ['/', '/api/project', '/images/1', '/app/main.js']) t.is(await ask('POST', path), 405, `POST ${path}`);
  for (const path of ['/api/save', '/api/claim', '/api/session']) t.is(await ask('GET', path), 405, `GET ${path}`);
  t.is(await ask('BREW', '/'), 400, 'no method of HTTP');
  t.is(statusOf(await raw(port, 'CONNECT evil.com:80 HTTP/1.1\r\nHost: evil.com\r\n\r\n')), 0, 'no proxy: it hangs up');
  t.is(statusOf(await raw(port, request('GET', '/api/project', { host: `127.0.0.1:${port}`, more: ['Upgrade: websocket', 'Connection: Upgrade'] }))), 401, 'no socket either');
});

/** The head of a save, whose body is to come. */
const headOf = ({ port, origin, cookie }: { port: number; origin: string; cookie: string }, more: string[]): string =>
  ['POST /api/save HTTP/1.1', `Host: 127.0.0.1:${port}`, `Origin: ${origin}`, `Cookie: ${cookie}`, 'Content-Type: application/json', ...more, '', ''].join('\r\n');

test('a body of 1 GB, said or sent, is not read', async (t) => {
  const { port, token, origin, faults } = await running(t, (await projectPlace(t)).folder);
  const { cookie } = await Tab.open({ origin, token });
  t.is(statusOf(await raw(port, headOf({ port, origin, cookie }, ['Content-Length: 1073741824']))), 413, 'said');
  t.is(statusOf(await raw(port, headOf({ port, origin, cookie }, ['Content-Length: 1073741824', 'Expect: 100-continue']))), 417);
  const socket = connect(port, '127.0.0.1');
  let answer = '', sent = 0;
  socket.on('data', (data: Buffer) => { answer += data.toString('latin1'); }).on('error', () => undefined);
  socket.write(headOf({ port, origin, cookie }, ['Transfer-Encoding: chunked']));
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  while (answer === '' && !socket.destroyed && sent < 2 ** 30) {
    sent += 0x10000;
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
  }
  socket.destroy();
  // one who goes on sending may be cut off before the refusal is read
  t.true([413, 0].includes(statusOf(answer)), `answered ${statusOf(answer)}`);
  t.true(sent < 2 ** 28, `${sent} bytes were taken`);
  t.is((await (await Tab.open({ origin, token })).get('/api/project')).status, 200, 'and the server goes on');
  t.deepEqual(faults, []);
});

test('headers that never end, and a body a byte at a time, are cut off', async (t) => {
  const timeouts = { headers: 300, request: 600, idle: 2000, check: 100 };
  const { port, token, origin, faults } = await running(t, (await projectPlace(t)).folder, { timeouts });
  const { cookie } = await Tab.open({ origin, token });
  t.is(statusOf(await raw(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: `, 60_000)), 408);
  const slow = connect(port, '127.0.0.1').on('error', () => undefined).on('data', () => undefined);
  slow.write(headOf({ port, origin, cookie }, ['Content-Length: 100000']));
  const drip = setInterval(() => { slow.write('x'); }, 50);
  await once(slow, 'close');
  clearInterval(drip);
  t.is((await (await Tab.open({ origin, token })).get('/api/project')).status, 200, 'and the server goes on');
  t.deepEqual(faults, []);
});

test('every answer carries the headers that keep other pages away', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const { cookie } = await Tab.open({ origin, token });
  for (const path of ['/', '/app/main.js', '/api/project', '/images/1', '/nothing', '/%', '/model/decoder.onnx']) {
    const answer = await raw(port, request('GET', path, { host: `127.0.0.1:${port}`, cookie }));
    for (const header of [/content-security-policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/, /cross-origin-opener-policy: same-origin\r/, /cross-origin-embedder-policy: require-corp\r/, /cross-origin-resource-policy: same-origin\r/, /x-content-type-options: nosniff\r/, /referrer-policy: no-referrer\r/]) t.regex(answer, header, path);
    t.notRegex(answer, /access-control-|server:|x-powered-by/i, path);
    t.false(answer.includes(token), path);
  }
});

test('two hundred connections at once: those within the bound are answered', async (t) => {
  const { port, token, origin } = await running(t, (await projectPlace(t)).folder);
  const idle = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await sleep(200);
  for (const socket of idle) socket.destroy();
  await sleep(200);
  const tab = await Tab.open({ origin, token });
  await tab.claim(1);
  t.is((await tab.save(1, added())).status, 200);
});
