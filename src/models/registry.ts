/**
 * The model registry: for every model that has a name, where its files are published and what they must hash to. Every
 * checksum is one that its publisher (or several independent users) printed; a file without one is not in the table.
 */
import { SamError, printableName } from '../errors.js';
import { nearNames } from './near-names.js';

/** The families of exported graphs, those included that no adapter speaks yet. */
export const CONTRACTS = ['F1', 'F2', 'F3', 'F4', 'F5', 'F6', 'F7', 'F8', 'F9'] as const;
export type ContractId = (typeof CONTRACTS)[number];

/** `ready`: runs today. `contract to come`: can be fetched, not yet run. `unverified`: nobody published its checksums. */
export type ModelStatus = 'ready' | 'contract to come' | 'unverified';
export type FileRole = 'encoder' | 'decoder' | 'encoder-data' | 'decoder-data';

/** One file of a model. `name` is what it is called beside the model's other files, whatever its address calls it. */
export interface RegistryFile {
  role: FileRole;
  name: string;
  url: string;
  /** Size in bytes, where one is published. */
  bytes?: number;
  /** Lower-case hexadecimal. */
  sha256: string;
}

export interface RegistryEntry {
  name: string;
  title: string;
  contract: ContractId;
  status: ModelStatus;
  licence: string;
  /** The page that says more about the files. */
  source: string;
  /** 3, or 1 for a decoder that returns only its pick and so cannot serve `segment-all`. */
  masksPerPrompt: number;
  notes: string;
  /** Empty for the embedded model, whose files come with the package, and for unverified ones. */
  files: readonly RegistryFile[];
}

/** The name of the model that comes with the package. */
export const EMBEDDED_MODEL = 'embedded';

const huggingFace = (repository: string, revision: string) => (path: string): string =>
  `https://huggingface.co/${repository}/resolve/${revision}/${path}`;
const mobileSam = huggingFace('Acly/MobileSAM', '0d3b403339b4674a82493d5e97964dd78089ddc8');
const slimSam = huggingFace('Xenova/slimsam-77-uniform', '5850ab45f587c112167512ffef949107115e26a0');
const sam21Tiny = huggingFace('onnx-community/sam2.1-hiera-tiny-ONNX', '814a066640debee5a91e70aa401fb8e17e030503');
const sam21Small = huggingFace('onnx-community/sam2.1-hiera-small-ONNX', 'a7df49d8de14b9d2e4504d1687b0d568f905fd8d');
const sam21Large = huggingFace('onnx-community/sam2.1-hiera-large-ONNX', '3c23431f721e69cae82dbfd0c28fd692cc714021');
const labelme = (file: string): string => `https://github.com/wkentaro/labelme/releases/download/sam-20230416/${file}`;
const osam = (file: string): string => `https://github.com/wkentaro/osam/releases/download/sam2.1/${file}`;
const efficientSam = (file: string): string => `https://github.com/labelmeai/efficient-sam/releases/download/onnx-models-20231225/${file}`;

/** A file entry: role, name, address, bytes (0: not published), sha256. */
const file = (role: FileRole, name: string, url: string, bytes: number, sha256: string): RegistryFile =>
  ({ role, name, url, ...(bytes === 0 ? {} : { bytes }), sha256 });
/** A transformers-style pair with its weights beside the graphs, under the names that the graphs refer to. */
const withData = (url: (path: string) => string, ...sums: readonly (readonly [bytes: number, sha256: string])[]): RegistryFile[] =>
  (['vision_encoder.onnx', 'vision_encoder.onnx_data', 'prompt_encoder_mask_decoder.onnx', 'prompt_encoder_mask_decoder.onnx_data'] as const)
    .map((name, i) => file((['encoder', 'encoder-data', 'decoder', 'decoder-data'] as const)[i]!, name, url(`onnx/${name}`), ...sums[i]!));

const SINGLE_MASK = 'Quantised to 8 bits. Its decoder answers one mask a prompt, so it cannot serve segment-all.';
const TO_COME = 'Listed and fetchable; no command can run it yet.';

const samQuantised = (size: 'b' | 'l' | 'h', id: string, encoder: string, decoder: string): RegistryEntry => ({
  name: `sam-vit-${size}-q8`, title: `Segment Anything ViT-${size.toUpperCase()}, 8 bits`, contract: 'F1', status: 'ready', licence: 'Apache-2.0',
  source: 'https://github.com/wkentaro/labelme/releases/tag/sam-20230416', masksPerPrompt: 1, notes: SINGLE_MASK,
  files: [
    file('encoder', 'encoder.onnx', labelme(`sam_vit_${id}.quantized.encoder.onnx`), 0, encoder),
    file('decoder', 'decoder.onnx', labelme(`sam_vit_${id}.quantized.decoder.onnx`), 0, decoder),
  ],
});

const sam21 = (size: 'tiny' | 'small' | 'large', files: RegistryFile[]): RegistryEntry => ({
  name: `sam2.1-${size}`, title: `Segment Anything 2.1 ${size}`, contract: 'F3', status: 'contract to come', licence: 'Apache-2.0',
  source: `https://huggingface.co/onnx-community/sam2.1-hiera-${size}-ONNX`, masksPerPrompt: 3, notes: TO_COME, files,
});

const sam21Osam = (size: 'tiny' | 'small' | 'base-plus' | 'large', encoder: string, decoder: string): RegistryEntry => ({
  name: `sam2.1-${size}-osam`, title: `Segment Anything 2.1 ${size}, export of osam`, contract: 'F5', status: 'contract to come', licence: 'Apache-2.0',
  source: 'https://github.com/wkentaro/osam/releases/tag/sam2.1', masksPerPrompt: 3, notes: TO_COME,
  files: [
    file('encoder', 'encoder.onnx', osam(`sam2.1_${size.replace('-', '_')}_preprocess.onnx`), 0, encoder),
    file('decoder', 'decoder.onnx', osam(`sam2.1_${size.replace('-', '_')}.onnx`), 0, decoder),
  ],
});

const efficient = (name: string, title: string, variant: string, encoder: string, decoder: string): RegistryEntry => ({
  name, title, contract: 'F6', status: 'contract to come', licence: 'Apache-2.0',
  source: 'https://github.com/labelmeai/efficient-sam/releases/tag/onnx-models-20231225', masksPerPrompt: 3, notes: TO_COME,
  files: [
    file('encoder', 'encoder.onnx', efficientSam(`efficient_sam_${variant}_encoder.onnx`), 0, encoder),
    file('decoder', 'decoder.onnx', efficientSam(`efficient_sam_${variant}_decoder.onnx`), 0, decoder),
  ],
});

const hqSam = (size: 'b' | 'l' | 'h'): RegistryEntry => ({
  name: `hq-sam-vit-${size}`, title: `HQ-SAM ViT-${size.toUpperCase()}`, contract: 'F8', status: 'unverified', licence: 'Apache-2.0',
  source: 'https://github.com/CVHub520/X-AnyLabeling/releases/tag/v2.0.0', masksPerPrompt: 1,
  notes: 'No checksum of the exported files is published, so they are not fetched; no command can run them yet.', files: [],
});

// Left out: exports that come only as zip archives (their sums cover the archive, which sam does not unpack), files whose address
// is not pinned to a revision, and a quantised ViT-B of which two repositories that should differ publish the same checksum.
export const REGISTRY: readonly RegistryEntry[] = [
  {
    name: EMBEDDED_MODEL, title: 'The small model that comes with sam', contract: 'F1', status: 'ready', licence: 'Apache-2.0',
    source: 'models/README.md in this package', masksPerPrompt: 3,
    notes: 'Small, and in this package: nothing to fetch. Its card, models/README.md, says how good its masks are.', files: [],
  },
  {
    name: 'mobile-sam', title: 'MobileSAM', contract: 'F1', status: 'ready', licence: 'Apache-2.0; the export is tagged MIT',
    source: 'https://huggingface.co/Acly/MobileSAM', masksPerPrompt: 3,
    notes: 'The best start: a small encoder, the full decoder of Segment Anything, any prompt.',
    files: [
      file('encoder', 'encoder.onnx', mobileSam('mobile_sam_image_encoder.onnx'), 28157093, '580f5fb648ea1062c0aabc26217aed56921985f03f0cbbd852bba81d760cc749'),
      file('decoder', 'decoder.onnx', mobileSam('sam_mask_decoder_multi.onnx'), 16496559, '8976b90a87ba50a6a72217a5ff994f7d25ce16f2229fcc1ed259e1294c622ffe'),
    ],
  },
  {
    name: 'slimsam-77', title: 'SlimSAM-77', contract: 'F2', status: 'ready', licence: 'Apache-2.0',
    source: 'https://huggingface.co/Xenova/slimsam-77-uniform', masksPerPrompt: 3, notes: 'Prompts in batches; points only, so it cannot serve boxes-to-masks.',
    files: [
      file('encoder', 'vision_encoder.onnx', slimSam('onnx/vision_encoder.onnx'), 23276014, '9f8433273a6750b587779baa0cf5508111001bf7e7acfcf585d370139fd366d0'),
      file('decoder', 'prompt_encoder_mask_decoder.onnx', slimSam('onnx/prompt_encoder_mask_decoder.onnx'), 16557892, 'f4514391764fbd56e08e119060d874ecd7d52994bfb1968af159e12d4943b5bb'),
    ],
  },
  {
    name: 'slimsam-77-q8', title: 'SlimSAM-77, 8 bits', contract: 'F2', status: 'ready', licence: 'Apache-2.0',
    source: 'https://huggingface.co/Xenova/slimsam-77-uniform', masksPerPrompt: 3, notes: 'The smallest download; points only, so it cannot serve boxes-to-masks.',
    files: [
      file('encoder', 'vision_encoder.onnx', slimSam('onnx/vision_encoder_quantized.onnx'), 8882165, 'cce23c7b2e5d4f330932738fb67ba518e04b0d99ccdd1cccd22a7da4e01f2971'),
      file('decoder', 'prompt_encoder_mask_decoder.onnx', slimSam('onnx/prompt_encoder_mask_decoder_quantized.onnx'), 4903810, 'cb90b279f549d2cab7fd6e20c38522438c65d84bdcca3d2a764cff7d857fdce2'),
    ],
  },
  samQuantised('b', 'b_01ec64', '3346b9cc551c9902fbf3b203935e933592b22e042365f58321c17fc12641fd6a', 'edbcf1a0afaa55621fb0abe6b3db1516818b609ea9368f309746a3afc68f7613'),
  samQuantised('l', 'l_0b3195', 'f7158a4a1fe7f670ef47ea2f7f852685425c1ed6caa40f5df86cbe2b0502034f', '552ebb23bf52c5e5b971ac710d1eb8dccfd88b36cc6aff881d1536d1662e6d7b'),
  samQuantised('h', 'h_4b8939', 'a5c745fd4279efc5e5436b412200e983dafc2249ce172af6cc0002a71bb5f485', '020b385a45ffe51097e1acd10cd791075a86171153505f789a793bc382eef210'),
  sam21('tiny', withData(sam21Tiny,
    [354238, '4f30aacd3aaefbca81a0b7fe4c1fc96345570ea0a6f80ced599493d1b3be2e8c'], [134084864, 'e83df9866a5afe68ea7f0f721f18f65137fc3acbf0da1c74e946d363e09c69cc'],
    [213114, '874414704c5d686db7d206a35f6e15d26563d50c8c4468fccc6739bd7e491dcf'], [20958208, 'e9874d900dd4134ed60eab1e97910327c2419e0b2954485d8fd6e7f1a1470f47'])),
  sam21('small', withData(sam21Small,
    [467440, 'aacf1f7137bb6fffcf6bf166abcfabe28f57a76059254f3fb611c4a64a208119'], [162476288, '260fd1f0a34e72a3dc79a739e563b4facc0ba75504818b433a1f808e66637456'],
    [213114, '079c59b261f723ff5c6a125e69b0170a957b21c58738c28d2b0394ecd0587d7f'], [20958208, 'f9e59a584ab8ced21fa812c211bc01084204db1c9e92a5ef4fb3a49972b4e864'])),
  sam21('large', withData(sam21Large,
    [1350487, 'ad3a8161c6bd6d8beea811300c60e20d626035feaa3c19622ace27b22e25bec8'], [888587456, '88c501a65b6aaeac99b65a275f3f559727404283930d107d499fda8714ba7e5a'],
    [213114, 'a21b3b09f6e5f5838d630d92a150914ca58f8f58b603b8f53fc32b03da982203'], [20958208, 'bfdcd4f7ee04298a82fe1aaf1bd7b8edf544d36901e1a886f01892fb915bd63c'])),
  sam21Osam('tiny', '5557482c56565f6a6c8206874b1a11c392cef8a1766477bf035b919092f2b619', '11a2c86fabbea9d0268213a9205c99a7f7e379caa0493bd13f5cca8ffaae6777'),
  sam21Osam('small', '06016c6dfb146ce10e4dadfdf49e88a05c8d1f97a6b7c57e150e60d2d46a72e7', '153aaef5047a3b95285d90cbb39dad6c7b5821bfd944dbf56483f3f735936941'),
  sam21Osam('base-plus', 'ce95c44082b4532c25ae01e11da3c9337dab7b04341455c09ae599dc9ae5c438', '2ad091af889b20ad2035503b4355cd8924fcf0e29fa6536924c48dc220ecdc56'),
  sam21Osam('large', 'ab676f957528918496990f242163fd6b41a7222ae255862e846d9ab35115c12e', 'a3ebc6b8e254bd4ca1346901b9472bc2fae9e827cfd67d67e162d0ae2b1ec9a0'),
  efficient('efficient-sam-ti', 'EfficientSAM-Ti', 'vitt', '7a73ee65aa2c37237c89b4b18e73082f757ffb173899609c5d97a2bbd4ebb02d', 'e1afe46232c3bfa3470a6a81c7d3181836a94ea89528aff4e0f2d2c611989efd'),
  efficient('efficient-sam-s', 'EfficientSAM-S', 'vits', '4cacbb23c6903b1acf87f1d77ed806b840800c5fcd4ac8f650cbffed474b8896', '4727baf23dacfb51d4c16795b2ac382c403505556d0284e84c6ff3d4e8e36f22'),
  hqSam('b'),
  hqSam('l'),
  hqSam('h'),
];

/** The entry of that name, if there is one. */
export function findEntry(name: string): RegistryEntry | undefined {
  return REGISTRY.find((entry) => entry.name === name);
}

/** The entry of that name. Throws `model/unknown`, naming those that are spelt alike. */
export function requireEntry(name: string): RegistryEntry {
  const entry = findEntry(name);
  if (entry !== undefined) return entry;
  const near = nearNames(name, REGISTRY.map((e) => e.name));
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : '`sam models list` prints the names there are.';
  throw new SamError('model/unknown', `There is no model "${printableName(name)}": ${hint}`);
}
