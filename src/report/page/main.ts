/** Starts the page. */
import { startControls } from './controls.js';
import { startGallery } from './gallery.js';
import { change } from './state.js';
import { startViewer } from './viewer.js';

startGallery();
startViewer();
startControls();
change({});
