/** What every report has below its head: the filters, the gallery and the viewer, empty; the script fills them. */

export const SHELL = `<section class="filters" aria-label="Filters"><div class="wrap">
<label class="field">Image<input type="search" id="search" placeholder="part of its name"></label>
<div class="range" id="area-group"><div id="area" data-name="Area"></div></div>
<div class="range" id="score-group"><div id="score" data-name="Score"></div></div>
<label class="field">Order<select id="order"><option value="file">as in the dataset</option><option value="most">most masks first</option><option value="fewest">fewest masks first</option><option value="score">lowest score first</option></select></label>
<label class="field" id="colouring-group">Colours<select id="colouring"><option value="object">of objects</option><option value="category">of categories</option></select></label>
<div class="status"><output id="shown" aria-live="polite"></output><button type="button" class="button" id="reset">Reset</button></div>
<div class="categories" id="categories"><div class="chips" id="chips" role="group" aria-label="Categories"></div></div>
</div></section>
<main class="wrap"><div class="gallery" id="gallery"></div><p class="nothing" id="nothing" hidden>No image has a mask that passes these filters.</p></main>
<div class="tooltip" id="tooltip" hidden></div>
<dialog id="viewer" aria-label="Image">
<div class="bar">
<button type="button" class="button" id="previous" title="Previous image (left arrow)">←</button><span class="muted level" id="viewer-place"></span><button type="button" class="button" id="next" title="Next image (right arrow)">→</button>
<div class="who"><b id="viewer-name"></b><span class="muted" id="viewer-size"></span></div>
<button type="button" class="button" id="toggle" aria-pressed="true" title="Masks on or off (M)">Masks</button><span class="space"></span>
<button type="button" class="button" id="zoom-out" title="Zoom out (-)" aria-label="Zoom out">−</button><span class="muted level" id="zoom-level"></span><button type="button" class="button" id="zoom-in" title="Zoom in (+)" aria-label="Zoom in">+</button><button type="button" class="button" id="zoom-reset" title="Whole image (0)">Fit</button><span class="space"></span>
<button type="button" class="button" id="close" title="Close (Escape)">Close</button>
</div>
<div id="stage" tabindex="0" role="group" aria-label="The image, with its masks" autofocus><div id="content"></div></div>
<aside class="side"><div class="about" id="facts" aria-live="polite"></div><div id="list" aria-label="Masks"></div></aside>
</dialog>
`;
