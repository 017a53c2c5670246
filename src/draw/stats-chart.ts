/** The numbers of a dataset as a picture: annotations by category, by size, and images by how much is annotated on them. */
import type { DatasetStats } from '../dataset/stats.js';
import type { RgbImage } from '../image/rgb-image.js';
import { drawBarChart, type BarChart } from './chart.js';
import { numberText } from './chart-scale.js';

/** So many categories have a bar of their own. */
const MOST_CATEGORIES = 30;

/** Charts one below the other, 1200 pixels wide; one that would have no bar is left out. */
export function drawStats(stats: DatasetStats): RgbImage {
  const charts = [categoryChart(stats), areaChart(stats), imageChart(stats)].filter((chart) => chart !== undefined);
  return stacked(charts.map((chart) => drawBarChart(chart)));
}

function categoryChart({ categories }: DatasetStats): BarChart | undefined {
  const most = categories.toSorted((a, b) => b.annotations - a.annotations);
  const [shown, rest] = [most.slice(0, MOST_CATEGORIES), most.slice(MOST_CATEGORIES)];
  if (shown.length === 0) return undefined;
  const others = rest.length === 0 ? [] : [{ name: `${rest.length} more`, annotations: rest.reduce((sum, { annotations }) => sum + annotations, 0) }];
  const bars = [...shown, ...others];
  return {
    title: 'Annotations by category', xLabel: '', yLabel: '', direction: 'right',
    labels: bars.map(({ name }) => name), series: [{ name: 'annotations', values: bars.map(({ annotations }) => annotations) }],
  };
}

function areaChart({ areaHistogram }: DatasetStats): BarChart | undefined {
  if (areaHistogram.length === 0) return undefined;
  return {
    title: 'Annotations by area', xLabel: 'pixels: from this to twice as many', yLabel: 'annotations', direction: 'up',
    labels: areaHistogram.map((_, bin) => (bin === 0 ? '0' : numberText(2 ** bin, 0))), series: [{ name: 'annotations', values: areaHistogram }],
  };
}

function imageChart({ perImageHistogram }: DatasetStats): BarChart {
  // a dataset without images has a bar of no height
  const values = perImageHistogram.length === 0 ? [0] : perImageHistogram;
  const label = (bin: number): string => (bin < 2 ? String(bin) : `${numberText(2 ** (bin - 1), 0)}–${numberText(2 ** bin - 1, 0)}`);
  return { title: 'Images by number of annotations', xLabel: 'annotations on the image', yLabel: 'images', direction: 'up', labels: values.map((_, bin) => label(bin)), series: [{ name: 'images', values }] };
}

/** Pictures of one width, one below the other. */
function stacked(pictures: readonly RgbImage[]): RgbImage {
  const data = new Uint8Array(pictures.reduce((sum, picture) => sum + picture.data.length, 0));
  let at = 0;
  for (const picture of pictures) {
    data.set(picture.data, at);
    at += picture.data.length;
  }
  return { data, width: pictures[0]?.width ?? 0, height: pictures.reduce((sum, { height }) => sum + height, 0) };
}
