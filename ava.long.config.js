// The tests that take longer (soak, exhaustive kill sweeps, the packed tarball): run by hand before a release.
export default { files: ['dist/test/**/*.long.js'], timeout: '60m', workerThreads: false, concurrency: 1, serial: true };
