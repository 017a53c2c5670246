// The tests of every commit: compiled first (the most reliable way on Node 20), then run from dist/. Three files at once keep two cores busy: browsers and killed processes are waited for.
export default { files: ['dist/test/**/*.test.js'], timeout: '10m', workerThreads: false, concurrency: 3 };
