/** Downloads against a real server that misbehaves in every way we know: the file is right at the end, or there is a clear error and no file. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SamError, type ErrorCode } from '../../src/errors.js';
import { download } from '../../src/models/download.js';
import type { DownloadJob, DownloadOptions, DownloadProgress } from '../../src/models/download-job.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { tinyDisk } from './tiny-disk.js';
import { serve, serveBeginning, sha256Of, weightsOf, weightsServer } from './weights-server.js';

const weights = weightsOf('weights', 300_000);
const other = weightsOf('other', 300_000);
const options: DownloadOptions = { idleTimeoutMs: 400, backoffMs: [0, 0], maxBytes: 400_000 };

async function jobOf(t: ExecutionContext, ...sources: string[]): Promise<DownloadJob & { partPath: string }> {
  const partPath = join(await temporaryFolder(t), 'file.part');
  return { name: 'model/encoder.onnx', sources: sources.map((source) => new URL(source)), bytes: weights.length, sha256: sha256Of(weights), partPath };
}

async function fails(t: ExecutionContext, job: DownloadJob, code: ErrorCode, ...parts: string[]): Promise<void> {
  const error = await t.throwsAsync(download(job, options), { instanceOf: SamError });
  t.is(error.code, code, error.message);
  for (const part of parts) t.true(error.message.includes(part), `${error.message} should hold ${part}`);
}

function arrived(t: ExecutionContext, job: DownloadJob): void {
  t.true(readFileSync(job.partPath).equals(weights), 'the file is whole');
}

test('fetches a file and tells how far it is', async (t) => {
  const server = await weightsServer(t, (request, response) => serve(request, response, weights));
  const job = await jobOf(t, `${server.url}/${sha256Of(weights)}`);
  const events: DownloadProgress[] = [];
  await download(job, { ...options, onProgress: (event) => events.push(event) });
  arrived(t, job);
  t.true(events.every((event, i) => event.total === weights.length && event.bytes > (events[i - 1]?.bytes ?? 0)), 'progress grows');
  t.is(events.at(-1)?.bytes, weights.length);
  t.deepEqual(server.seen, [{ path: `/${sha256Of(weights)}`, range: undefined }]);
  await download(job, options);
  t.is(server.seen.length, 1, 'a part that is complete already needs no server');
});

test('a connection that falls silent after a third is resumed where it stopped', async (t) => {
  const server = await weightsServer(t, (request, response, number) => {
    if (number === 0) serveBeginning(response, weights, 100_000);
    else serve(request, response, weights);
  });
  const job = await jobOf(t, server.url);
  await download(job, options);
  arrived(t, job);
  t.deepEqual(server.seen.map(({ range }) => range), [undefined, 'bytes=100000-']);
});

for (const bytes of [weights.length, undefined]) {
  test(`a connection that breaks after a third is resumed where it stopped (size ${bytes === undefined ? 'from the server' : 'published'})`, async (t) => {
    let first: ServerResponse | undefined;
    const server = await weightsServer(t, (request, response, number) => {
      if (number > 0) return serve(request, response, weights);
      first = response;
      serveBeginning(response, weights, 100_000);
    });
    const job = { ...(await jobOf(t, server.url)), bytes };
    // broken when everything sent has arrived: what Node still holds of a broken answer is lost
    const onProgress = (progress: DownloadProgress): void => {
      if (progress.bytes === 100_000) first?.destroy();
    };
    await download(job, { ...options, idleTimeoutMs: 30_000, onProgress });
    arrived(t, job);
    t.deepEqual(server.seen.map(({ range }) => range), [undefined, 'bytes=100000-']);
  });
}

test('a connection that breaks after the last byte has delivered', async (t) => {
  let first: ServerResponse | undefined;
  const server = await weightsServer(t, (_, response) => {
    first = response;
    // without a length only the connection's proper end would say that this is all
    response.writeHead(200).write(weights);
  });
  const job = await jobOf(t, server.url);
  const onProgress = ({ bytes }: DownloadProgress): void => {
    if (bytes === weights.length) first?.destroy();
  };
  await download(job, { ...options, idleTimeoutMs: 30_000, onProgress });
  arrived(t, job);
  t.is(server.seen.length, 1);
});

test('three attempts in all: a server that always falls silent is given up, what arrived stays', async (t) => {
  const server = await weightsServer(t, (_, response, number) => {
    if (number === 0) serveBeginning(response, weights, 100_000);
    // later connections get no answer at all
  });
  const job = await jobOf(t, server.url);
  await fails(t, job, 'model/download', 'model/encoder.onnx', 'no byte for 0.4 s');
  t.is(server.seen.length, 3);
  t.true(readFileSync(job.partPath).equals(weights.subarray(0, 100_000)));
});

test('resumption: an earlier part is taken up; a server that ignores the range, has none, or starts elsewhere sends all again', async (t) => {
  const rest = (response: ServerResponse, start: number): void => {
    response.writeHead(206, { 'content-range': `bytes ${start}-${weights.length - 1}/${weights.length}` }).end(weights.subarray(start));
  };
  const cases: [string, (response: ServerResponse) => void, number][] = [
    ['honours it', (response) => rest(response, 5000), 1],
    ['ignores it', (response) => response.writeHead(200).end(weights), 1],
    ['has no such range', (response) => response.writeHead(416).end(), 2],
    ['starts elsewhere', (response) => rest(response, 4000), 2],
    ['does not say where', (response) => response.writeHead(206).end(weights.subarray(5000)), 2],
  ];
  for (const [name, answer, requests] of cases) {
    const server = await weightsServer(t, (request, response, number) => (number === 0 ? answer(response) : serve(request, response, weights)));
    const job = await jobOf(t, server.url);
    await writeFile(job.partPath, weights.subarray(0, 5000));
    await download(job, options);
    arrived(t, job);
    t.deepEqual(server.seen.map(({ range }) => range), ['bytes=5000-', undefined].slice(0, requests), name);
  }
});

test('a part that an earlier run left with wrong bytes costs one more request, not the download', async (t) => {
  for (const left of [other.subarray(0, 5000), other, Buffer.concat([weights, other])]) {
    const server = await weightsServer(t, (request, response) => serve(request, response, weights));
    const job = await jobOf(t, server.url);
    await writeFile(job.partPath, left);
    await download(job, options);
    arrived(t, job);
    t.true(server.seen.length <= 2);
  }
});

test('other bytes: the error names both checksums, nothing is left, the next source is asked', async (t) => {
  const wrong = await weightsServer(t, (request, response) => serve(request, response, other));
  const job = await jobOf(t, wrong.url);
  await fails(t, job, 'model/checksum', sha256Of(weights), sha256Of(other));
  t.false(existsSync(job.partPath));
  t.is(wrong.seen.length, 1, 'the same bytes are not asked for again');
  const right = await weightsServer(t, (request, response) => serve(request, response, weights));
  await download({ ...job, sources: [new URL(wrong.url), new URL(right.url)] }, options);
  arrived(t, job);
});

test('lengths that are not the truth', async (t) => {
  const cases: [string, (response: ServerResponse) => void, ErrorCode, string][] = [
    ['announces less', (r) => r.writeHead(200, { 'content-length': 1000 }).end(weights.subarray(0, 1000)), 'model/download', 'announces 1000 bytes, expected 300000'],
    ['announces more', (r) => r.writeHead(200, { 'content-length': 300_001 }).end(Buffer.concat([weights, Buffer.alloc(1)])), 'model/download', 'announces 300001 bytes'],
    ['sends less, unannounced', (r) => r.writeHead(200).end(weights.subarray(0, 1000)), 'model/download', 'ended after 1000 of 300000'],
    ['sends more, unannounced', (r) => r.writeHead(200).end(Buffer.concat([weights, Buffer.alloc(1)])), 'model/checksum', 'more than the 300000 bytes expected'],
    ['is empty', (r) => r.writeHead(200, { 'content-length': 0 }).end(), 'model/download', 'announces 0 bytes'],
  ];
  for (const [name, answer, code, part] of cases) {
    const server = await weightsServer(t, (_, response) => answer(response));
    const job = await jobOf(t, server.url);
    await fails(t, job, code, part);
    t.is(existsSync(job.partPath), name === 'sends less, unannounced', `${name}: only a true beginning may stay`);
  }
});

test('a body that goes on after its announced length is cut there', async (t) => {
  const server = await weightsServer(t, (_, response) => {
    response.writeHead(200, { 'content-length': weights.length });
    response.end(Buffer.concat([weights, other]));
  });
  const job = await jobOf(t, server.url);
  await download(job, options);
  arrived(t, job);
});

test('an endless body is stopped, with or without a published size', async (t) => {
  for (const bytes of [weights.length, undefined]) {
    let sent = 0;
    const server = await weightsServer(t, (_, response) => {
      const more = (): void => {
        while (!response.destroyed) {
          sent += 65536;
          if (!response.write(Buffer.alloc(65536))) {
            response.once('drain', more);
            return;
          }
        }
      };
      more();
    });
    const job = { ...(await jobOf(t, server.url)), bytes };
    await fails(t, job, 'model/checksum', bytes === undefined ? 'more than the 400000 bytes allowed' : 'more than the 300000 bytes expected');
    t.false(existsSync(job.partPath));
    t.true(sent < 100_000_000, 'the connection was closed');
  }
});

test('statuses: 404 is not repeated, 500 is, and 503 may pass', async (t) => {
  const cases: [number, number][] = [[404, 1], [403, 1], [500, 3], [429, 3]];
  for (const [status, requests] of cases) {
    const server = await weightsServer(t, (_, response) => response.writeHead(status).end('no'));
    const job = await jobOf(t, server.url);
    await fails(t, job, 'model/download', `status ${status}`);
    t.is(server.seen.length, requests, `status ${status}`);
    t.false(existsSync(job.partPath));
  }
  const busy = await weightsServer(t, (request, response, number) => (number < 2 ? response.writeHead(503).end() : serve(request, response, weights)));
  const job = await jobOf(t, busy.url);
  await download(job, options);
  arrived(t, job);
});

test('a missing mirror leaves the part for the next source', async (t) => {
  const mirror = await weightsServer(t, (_, response) => response.writeHead(404).end());
  const publisher = await weightsServer(t, (request, response) => serve(request, response, weights));
  const job = await jobOf(t, mirror.url, publisher.url);
  await writeFile(job.partPath, weights.subarray(0, 5000));
  await download(job, options);
  arrived(t, job);
  t.is(publisher.seen[0]?.range, 'bytes=5000-');
});

test('when every source fails the error tells what each did, without credentials or query', async (t) => {
  const gone = await weightsServer(t, (_, response) => response.writeHead(404).end());
  const secret = gone.url.replace('http://', 'http://user:password@');
  await fails(t, await jobOf(t, `${secret}/a?signature=xyz`, 'http://127.0.0.1:1/b'), 'model/download', `${gone.url}/a: status 404`, 'http://127.0.0.1:1/b: ', 'ECONNREFUSED');
  const error = await t.throwsAsync(download(await jobOf(t, `${secret}/a?signature=xyz`), options));
  t.false(/password|signature/.test(error.message), error.message);
});

test('an encoded answer is refused: its bytes are not the file\'s', async (t) => {
  const server = await weightsServer(t, (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(weights));
  await fails(t, await jobOf(t, server.url), 'model/download', 'gzip');
});

test('redirects: five are followed, a sixth, a loop, and addresses that are none are not', async (t) => {
  const server = await weightsServer(t, (request, response) => {
    const hops = Number(request.url?.slice(1));
    if (hops === 0) serve(request, response, weights);
    else response.writeHead(302, { location: `/${hops - 1}` }).end();
  });
  const job = await jobOf(t, `${server.url}/5`);
  await writeFile(job.partPath, weights.subarray(0, 5000));
  await download(job, options);
  arrived(t, job);
  t.is(server.seen.at(-1)?.range, 'bytes=5000-', 'the range goes along');
  await fails(t, await jobOf(t, `${server.url}/6`), 'model/download', 'more than 5 redirects');
  const loop = await weightsServer(t, (_, response) => response.writeHead(307, { location: '/' }).end());
  await fails(t, await jobOf(t, loop.url), 'model/download', 'more than 5 redirects');
  t.is(loop.seen.length, 6);
  for (const location of ['', 'http://', 'file:///etc/passwd', 'ftp://127.0.0.1/x']) {
    const bad = await weightsServer(t, (_, response) => response.writeHead(301, { location }).end());
    await fails(t, await jobOf(t, bad.url), 'model/download', 'a redirect');
    t.is(bad.seen.length, 1);
  }
});

const openssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

(openssl ? test.serial : test.serial.skip)('https: a certificate that nobody vouches for is refused; a redirect to http is not followed (needs openssl)', async (t) => {
  const folder = await temporaryFolder(t);
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const plain = await weightsServer(t, (request, response) => serve(request, response, weights));
  const server = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    if (request.url === '/down') response.writeHead(302, { location: plain.url }).end();
    else if (request.url === '/along') response.writeHead(302, { location: '/file' }).end();
    else serve(request, response, weights);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
    delete https.globalAgent.options.ca;
  });
  // a server that listens on TCP has an address of this kind
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await fails(t, await jobOf(t, `${url}/file`), 'model/download', 'self-signed certificate');
  https.globalAgent.options.ca = readFileSync(cert);
  const job = await jobOf(t, `${url}/along`);
  await download(job, options);
  arrived(t, job);
  await fails(t, await jobOf(t, `${url}/down`), 'model/download', 'from https to http');
  t.is(plain.seen.length, 0);
  // a mirror that says http itself may lead to https
  const up = await weightsServer(t, (_, response) => response.writeHead(302, { location: `${url}/file` }).end());
  const upwards = await jobOf(t, up.url);
  await download(upwards, options);
  arrived(t, upwards);
});

test('an interrupted download keeps what arrived, and says so', async (t) => {
  const server = await weightsServer(t, (request, response, number) => {
    if (number === 0) serveBeginning(response, weights, 100_000);
    else serve(request, response, weights);
  });
  const job = await jobOf(t, server.url);
  const stop = new AbortController();
  const onProgress = ({ bytes }: DownloadProgress): void => {
    if (bytes === 100_000) stop.abort();
  };
  await t.throwsAsync(download(job, { ...options, idleTimeoutMs: 30_000, onProgress, signal: stop.signal }), { code: 'interrupted/signal' });
  t.true(readFileSync(job.partPath).equals(weights.subarray(0, 100_000)));
  await t.throwsAsync(download(job, { ...options, signal: stop.signal }), { code: 'interrupted/signal' });
  t.is(server.seen.length, 1, 'nothing is asked once it is interrupted');
  await download(job, options);
  arrived(t, job);
});

test('a file that cannot fit is not asked for', async (t) => {
  const server = await weightsServer(t, (request, response) => serve(request, response, weights));
  const job = { ...(await jobOf(t, server.url)), bytes: 2 ** 52 };
  await fails(t, job, 'storage/full', 'model/encoder.onnx needs', 'MB left');
  t.is(server.seen.length, 0);
});

test('a disk that fills on the way is given its space back', async (t) => {
  const folder = await tinyDisk(t, 128);
  if (folder === undefined) return;
  const server = await weightsServer(t, (_, response) => response.writeHead(200).end(weights));
  const job = { ...(await jobOf(t, server.url)), bytes: undefined, partPath: join(folder, 'file.part') };
  await fails(t, job, 'storage/full', 'the disk is full');
  t.false(existsSync(job.partPath));
  t.is(server.seen.length, 1, 'a full disk is not tried again');
});
