/** The public library: a table of contents, named exports only. Everything a command does, a program can do with these. */

// models: the registry, the cache, what a name or folder stands for
export { cacheFolder, type Environment } from './models/cache-dir.js';
export { describeModel, describeModels, type DescribedFile, type ModelDescription } from './models/describe.js';
export type { DownloadProgress, DownloadSettings } from './models/download-job.js';
export { locateModel } from './models/locate.js';
export { modelSha256, type LocatedModel, type ModelFile } from './models/located-model.js';
export type { ModelJson } from './models/model-json.js';
export { pullModels, type PulledFile, type PullOptions, type PullReport } from './models/pull.js';
export { EMBEDDED_MODEL, REGISTRY, type RegistryEntry, type RegistryFile } from './models/registry.js';
export { verifyModels, type VerifiedFile, type VerifyOptions } from './models/verify.js';

// automatic masks: of one image, of a folder
export { GENERATOR_OPTIONS, type GeneratorOptions } from './generator/options.js';
export { generateMasks } from './generator/generate.js';
export type { MaskRecord } from './generator/candidates.js';
export { examine, type Check } from './folder/doctor.js';
export { FOLDER_OPTIONS, MASK_OUTPUT_OPTIONS, planSegmentAll, segmentAll, type FolderOptions, type SegmentAllPlan, type SegmentAllRequest } from './folder/segment-all.js';
export type { FolderRunOptions, FolderSummary } from './folder/spec.js';
export type { MaskFormat } from './folder/masks-worker.js';
export { Predictor, type ImageEmbedding, type ModelFiles } from './models/predictor.js';
export type { Decoded, ModelSpec, PromptBatch } from './models/contract.js';
export { modelFilesOf } from './models/located-model.js';
export { bestOf, predict, predictRefined, type PredictOptions, type Prediction, type Prompt, type PromptPoint } from './models/predict.js';
export { correctionStart, type CorrectionStart } from './models/correction-start.js';

// prompted masks: of one image, of many
export { PREDICT_FORMATS, PREDICT_OPTIONS, PREDICT_RUN_OPTIONS, type PredictFormat, type PromptRequest } from './folder/predict-options.js';
export { predictImage, type PredictImageReport, type PredictImageRequest } from './folder/predict-image.js';
export { predictImages, type PredictImagesReport, type PredictImagesRequest } from './folder/predict-images.js';

// images
export { IMAGE_OPTIONS, type ImageOptions } from './image/options.js';
export { decodeImage, readImage, type DecodedImage, type DecodeOptions } from './image/decode.js';
export { cropRgb, resizeBilinear } from './image/resize.js';
export type { RgbImage } from './image/rgb-image.js';

// masks and boxes
export { bitmaskFromRle, boxFromRle, rleArea, rleFromBitmask, rleIntersection, type Bitmask, type Rle } from './mask/rle.js';
export { rleFromString, rleToCoco, rleToString, type CocoRleString } from './mask/rle-string.js';
export { rleFromCoco, rleFromCounts, rleToCounts, type CocoRleCounts, type ReadRleOptions } from './mask/coco-rle.js';
export { repairRle, type RepairedRle, type RleFinding, type RleFindingKind } from './mask/repair-rle.js';
export { columnMajorFromRle, rleFromColumnMajor } from './mask/bitmap-columns.js';
export { canonicalRle, invertRle, mergeRle, subtractRle, xorRle } from './mask/merge.js';
export { maskIou } from './mask/iou.js';
export { maskNms } from './mask/nms.js';
export { rleFromBox, rleFromPolygon, rleFromPolygons, type Polygon } from './mask/polygon-fill.js';
export { polygonsFromRle, type HolesPolicy, type PolygonOptions } from './mask/polygons.js';
export { outlinesFromRle, type Outline, type Ring } from './mask/outlines.js';
export { regionsFromRle, type Connectivity } from './mask/connected.js';
export { cropRle, padRle, type Margins } from './mask/crop.js';
export { flipRle } from './mask/flip.js';
export { resizeRle } from './mask/resize-nearest.js';
export { fillSmallHoles, removeSmallIslands } from './mask/regions.js';
export { boxToCocoXywh, boxToSa1bXywh, type Box } from './geometry/box.js';
export type { ImageSize } from './geometry/size.js';

// boxes to masks
export { BOXES_OPTIONS, boxesToMasks, type BoxesRequest, type BoxesSummary } from './folder/boxes-dataset.js';

// training data
export { FINETUNE_OPTIONS, type FinetuneReport, type FinetuneRequest, type FinetuneRun, type Measured, type Tuned } from './folder/finetune-options.js';
export { finetuneModel } from './folder/finetune.js';
export { findTrainingPython, type TrainingPython } from './folder/training-python.js';
export { PREPARE_OPTIONS, prepareDataset, type PrepareRequest, type PrepareSummary } from './folder/prepare.js';

// datasets: the model, formats, conversion
export type { Annotation, Category, DatasetEntry, DatasetSource, Finding, ImageRecord, Place, Report, Segmentation, Severity, Split } from './dataset/types.js';
export { RULES, type Rule, type RuleCode } from './dataset/rules.js';
export { strictReport } from './dataset/strict.js';
export { FORMAT_NAMES, LOSSES, sourceOf, type Format, type FormatName, type Loss, type ReadOptions, type Sink, type WriteOptions } from './formats/format.js';
export { FORMATS, formatOf } from './formats/registry.js';
export { detectFormat, type Detected } from './formats/detect.js';
export { convertDataset, type ConvertReport, type ConvertRequest, type DatasetChange } from './formats/jobs/convert.js';
export { SPLIT_OPTIONS, splitDataset, type SplitCount, type SplitReport, type SplitRequest } from './formats/jobs/split.js';
export { DEDUPE_OPTIONS, dedupeEntry, type DedupeOptions, type Duplicate } from './dataset/dedupe.js';
export { dedupeDataset, type DedupeReport, type DedupeRequest } from './formats/jobs/dedupe.js';
export { validateDataset, type ValidateReport, type ValidateRequest } from './formats/validation/validate.js';
export { FIX_OPTIONS, VALIDATE_OPTIONS, type FixOptions, type ValidateOptions } from './formats/validation/options.js';
export type { FixReport } from './formats/validation/fix.js';
export { convertRle, RLE_CONVERT_OPTIONS, RLE_TARGETS, type RleConvertReport, type RleConvertRequest, type RleTarget } from './formats/rle-convert/rle-convert.js';
export { GEOMETRY_OPTIONS, OUTPUT_OPTIONS, READ_OPTIONS, type ConvertOptions } from './formats/jobs/convert-options.js';
export { StatsCounter, type CategoryStats, type DatasetStats } from './dataset/stats.js';
export { STATS_OPTIONS, datasetStats, type StatsReport, type StatsRequest } from './folder/dataset-stats.js';
export { mergeDatasets, type MergedInput, type MergeReport, type MergeRequest } from './formats/jobs/merge.js';

// evaluation with prompts: boxes and clicks against true masks
export { PROMPT_EVALUATION_OPTIONS, PROMPT_THRESHOLDS } from './evaluation/prompt-options.js';
export { evaluatePrompts } from './folder/evaluate-prompts.js';
export type { PromptsIssue, PromptsReport, PromptsRequest } from './folder/prompts-report.js';
export { nextClick } from './evaluation/next-click.js';
export { noisyBox } from './evaluation/box-noise.js';
export { scoreRegions, type Ask, type Region, type RegionScores } from './evaluation/prompt-rounds.js';
export type { ClickScores, PromptScores, ScoresBySize } from './evaluation/prompt-scores.js';
export { farthestPixel, squaredDistances, type FarPixel } from './mask/distance.js';

// evaluation of masks and boxes: files against files, datasets, objects in memory
export { evaluateMasks, type MaskEvaluationReport, type MaskEvaluationRequest } from './folder/evaluate-masks.js';
export { evaluationChart, evaluationNumbers, type EvaluationNumbers } from './folder/evaluation-numbers.js';
export { MASK_EVALUATION_OPTIONS, MASK_THRESHOLDS, type MaskThresholds } from './evaluation/evaluation-options.js';
export { compareSources, type Compared, type Comparison } from './evaluation/compare-sources.js';
export { evaluateObjects, IOU_TYPES, MaskEvaluation, type AgnosticResult, type EvaluationResult, type EvaluationSettings, type IouType } from './evaluation/mask-evaluation.js';
export type { DetectedObject, ImageObjects, TrueObject, Xywh } from './evaluation/image-objects.js';
export { precisionCurve, type CategorySummary, type CocoSummary, type Counts } from './evaluation/coco-summary.js';
export type { CategoryResult, CocoResult } from './evaluation/coco-eval.js';
export { boundaryWidth, erodeRle, innerBoundary } from './mask/boundary.js';

// charts
export { drawBarChart, drawLineChart, type BarChart, type ChartSize, type LineChart } from './draw/chart.js';
export { drawPanels, svgPanels, type Panel, type PanelGrid } from './draw/chart-panels.js';

// pictures of datasets
export { colourOf, type ColourBy, type Coloured } from './draw/colouring.js';
export { cssOf, type Rgb } from './draw/colour.js';
export { cutOut, type Cutout } from './draw/cutout.js';
export { objectOf, type DrawnObject } from './draw/objects.js';
export { COLOUR_OPTIONS, OVERLAY_OPTIONS, type OverlayOptions } from './draw/options.js';
export { drawOverlay, type OverlaySettings } from './draw/overlay.js';
export type { PointMark, PromptMarks } from './draw/prompts.js';
export { PICTURE_OPTIONS, PICTURE_RUN_OPTIONS, type PictureKind, type PictureOptions } from './folder/visualize-options.js';
export { visualize, type VisualizeReport, type VisualizeRequest } from './folder/visualize.js';
export { writeReport, type ReportReport, type ReportRequest } from './folder/report.js';

// the data engine: projects, their images, masks, verdicts, rounds
export { createProject, openProject, setImageRoot, type NewProject, type Project } from './engine/project.js';
export { scanImages, SCAN_OPTIONS, type ScanReport, type ScanRequest } from './engine/scan.js';
export { claimImage, claimNext, claimsOn, releaseClaim, type Claim, type Claimant, type ClaimOptions } from './engine/claims.js';
export { addCategories, categoriesOf, type NewCategory } from './engine/categories.js';
export { imageById, imageByName, imagesOf, pathOfImage, reopenImages, setNeeds, visitImage, type EngineImage, type ImageFilter, type Visit } from './engine/images.js';
export { addMask, addMasks, maskById, masksOf, rleOfMask, type EngineMask, type NewMask } from './engine/masks.js';
export { correctMask, giveVerdict, historyOf, undoCorrection, verdictsOf, type Correction, type KeptVerdict, type Verdict } from './engine/verdicts.js';
export { closeRound, latestRound, openRound, roundsOf, type Round } from './engine/rounds.js';
export { addModel, currentModel, modelsOf, useModel, type EngineModel, type NewModel } from './engine/models.js';
export { exportSource, type ExportFilter } from './engine/export.js';
export { EXPORT_OPTIONS, exportFilterOf } from './engine/export-options.js';
export { exportProject, importFile, type ExportFileReport, type ExportFileRequest, type ImportFileReport, type ImportFileRequest } from './engine/exchange.js';
export { INIT_OPTIONS, initProject, type InitReport, type InitRequest } from './engine/init.js';
export { importDataset, IMPORT_OPTIONS, type ImportReport, type ImportRequest } from './engine/import.js';
export { dedupeProject, hierarchyOf, type DedupeProjectRequest, type DedupeReport as ProjectDedupeReport } from './engine/dedupe.js';
export { DUPLICATE_OPTIONS, findDuplicates, type DuplicateOptions } from './engine/duplicates.js';
export { statusOf, type EngineStatus } from './engine/status.js';
export { adviceOf, type Advice } from './engine/next.js';
export { dedupeFolder, projectStatus, type StatusReport } from './engine/looks.js';
export { type RoundQuality, type ScoreRange } from './engine/status-quality.js';
export { SIMULATE_OPTIONS, SIMULATED_PERSON, type SimulateOptions } from './engine/simulate-options.js';
export { simulateAnnotator, type SimulateReport, type SimulateRequest } from './engine/simulate.js';
export { finishRound, proposeAndJudge, type FinishedRound, type ProposedAndJudged, type RecordedPeople, type SimulatedPerson, type StandIn } from './engine/stand-ins.js';
export { replayRecording, type ReplayReport, type ReplayRequest } from './engine/replay.js';
export { REPLAY_OPTIONS } from './engine/replay-options.js';
export { writeRecording, type RecordingReport, type RecordingRequest } from './engine/write-recording.js';
export { type RecordedEvent, type RecordedMask, type RecordingHead } from './engine/recording.js';
export { PROPOSE_GENERATOR, PROPOSE_OPTIONS, proposeMasks, type ProposeReport, type ProposeRequest } from './engine/propose.js';
export { confidentThreshold, judgedScores, wilsonLowerBound, type Confidence, type JudgedScore } from './engine/confidence.js';
export { AUTO_GENERATOR, AUTO_OPTIONS, autoMasks, type AutoReport, type AutoRequest } from './engine/auto.js';
export { endRound, ROUND_OPTIONS, type RoundReport, type RoundRequest } from './engine/round.js';
export type { Quality } from './engine/round-compare.js';
export type { ExportForm } from './engine/round-exports.js';
export { clickObjects, type Clicked, type ClickWork } from './engine/simulate-clicks.js';
export { STAGES, type ImageState, type MaskStatus, type Stage, type VerdictKind } from './engine/schema.js';

// the annotator: people segment in a browser
export { assist, type AssistReport, type AssistRequest } from './annotator/assist.js';
export { ASSIST_OPTIONS, type AssistOptions } from './annotator/options.js';

// errors and options
export { ERROR_CODES, EXIT_CODES, SamError, isSamError, type ErrorCode, type ErrorKind } from './errors.js';
export { resolveOptions, type OptionsOf, type OptionTable } from './options.js';
