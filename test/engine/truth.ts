/** Ground truth for drawn images whose objects nobody knows: their even regions, as a COCO file. */
import { writeFileSync } from 'node:fs';
import { imagesOf, pathOfImage } from '../../src/engine/images.js';
import { openProject } from '../../src/engine/project.js';
import { readImage } from '../../src/image/decode.js';
import { connectedComponents } from './even-regions.js';

/** Writes every even region of the project's images, of at least 40 pixels, as an object; returns the path. */
export async function truthOf(folder: string, path: string): Promise<string> {
  const project = await openProject(folder, 'read');
  const images: object[] = [], annotations: object[] = [];
  for (const image of imagesOf(project)) {
    images.push({ id: image.id, file_name: image.fileName, width: image.width, height: image.height });
    const pixels = await readImage(pathOfImage(project, image), { name: image.fileName });
    for (const segmentation of connectedComponents(pixels)) annotations.push({ id: annotations.length + 1, image_id: image.id, category_id: 1, iscrowd: 0, area: 1, bbox: [0, 0, 1, 1], segmentation });
  }
  await project.close();
  writeFileSync(path, JSON.stringify({ images, annotations, categories: [{ id: 1, name: 'object' }] }));
  return path;
}
