/**
 * The tables of a project, as a numbered list of steps: version n is what the first n steps make. A step is never changed once it was
 * released; what is new is a new step. Times are milliseconds since 1970 (UTC), given by the caller; JSON columns hold text.
 */

/** `SAM1`: what `PRAGMA application_id` says of a project's database. */
export const APPLICATION_ID = 0x53414d31;

/** How near the model was to a person: the three stages of SA-1B's data engine. */
export const STAGES = ['assisted-manual', 'semi-automatic', 'fully-automatic'] as const;
export type Stage = (typeof STAGES)[number];
/** The stages in which people work, as the command line calls them. */
export const STAGE_OF = { assisted: 'assisted-manual', semi: 'semi-automatic' } as const satisfies Record<string, Stage>;

/**
 * `todo`, `done`, `skipped`: what people said of it. `missing`: its file is gone. `changed`: its file has other bytes than the masks were
 * made on. The last two end by themselves when the file is as it was.
 */
export const IMAGE_STATES = ['todo', 'done', 'skipped', 'missing', 'changed'] as const;
export type ImageState = (typeof IMAGE_STATES)[number];

/** `accepted` and `corrected` are the truth, `proposed` waits for a verdict; the others are history. */
export const MASK_STATUSES = ['proposed', 'accepted', 'corrected', 'rejected', 'superseded', 'duplicate'] as const;
export type MaskStatus = (typeof MASK_STATUSES)[number];

/** `reopen` takes a verdict back: the mask is a proposal again. */
export const VERDICTS = ['accept', 'correct', 'reject', 'reopen'] as const;
export type VerdictKind = (typeof VERDICTS)[number];

/** What a person did: an image taken, a mask made or judged, a correction taken back, an image left. */
export const EVENT_KINDS = ['claim', 'add', 'correct', 'accept', 'reject', 'reopen', 'undo-correction', 'finish'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

const oneOf = (column: string, values: readonly string[]): string => `CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`;

const FIRST = `
CREATE TABLE project (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  image_root TEXT NOT NULL,
  image_root_absolute TEXT NOT NULL,
  seed INTEGER NOT NULL,
  val_share REAL NOT NULL,
  test_share REAL NOT NULL,
  model_id INTEGER REFERENCES models (id),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE TABLE categories (
  id INTEGER PRIMARY KEY CHECK (id >= 0),
  name TEXT NOT NULL UNIQUE,
  supercategory TEXT,
  extra TEXT
) STRICT;

CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  folder TEXT NOT NULL,
  sha256 TEXT NOT NULL UNIQUE,
  parent_id INTEGER REFERENCES models (id),
  round INTEGER REFERENCES rounds (number),
  metrics TEXT,
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE rounds (
  number INTEGER PRIMARY KEY CHECK (number >= 1),
  stage TEXT NOT NULL ${oneOf('stage', STAGES)},
  model_id INTEGER REFERENCES models (id),
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  metrics TEXT
) STRICT;

CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  file_name TEXT NOT NULL UNIQUE,
  sha256 TEXT NOT NULL,
  width INTEGER NOT NULL CHECK (width > 0),
  height INTEGER NOT NULL CHECK (height > 0),
  bytes INTEGER NOT NULL,
  modified_at REAL NOT NULL,
  phash TEXT,
  near_group INTEGER,
  split TEXT CHECK (split IN ('train', 'val', 'test')),
  need REAL NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'todo' ${oneOf('state', IMAGE_STATES)},
  state_before TEXT CHECK (state_before IN ('todo', 'done', 'skipped')),
  changed_sha256 TEXT,
  revision INTEGER NOT NULL DEFAULT 1,
  CHECK ((state IN ('missing', 'changed')) = (state_before IS NOT NULL))
) STRICT;
CREATE INDEX images_by_content ON images (sha256);
CREATE INDEX images_by_group ON images (near_group);
CREATE INDEX images_by_state ON images (state);

CREATE TABLE masks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES images (id),
  category_id INTEGER NOT NULL REFERENCES categories (id),
  counts TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  x0 INTEGER NOT NULL,
  y0 INTEGER NOT NULL,
  x1 INTEGER NOT NULL,
  y1 INTEGER NOT NULL,
  area INTEGER NOT NULL CHECK (area > 0),
  is_crowd INTEGER NOT NULL DEFAULT 0 CHECK (is_crowd IN (0, 1)),
  stage TEXT NOT NULL ${oneOf('stage', STAGES)},
  round INTEGER NOT NULL REFERENCES rounds (number),
  model_id INTEGER REFERENCES models (id),
  annotator TEXT,
  seconds REAL,
  clicks INTEGER,
  prompts TEXT,
  predicted_iou REAL,
  stability_score REAL,
  score REAL,
  status TEXT NOT NULL ${oneOf('status', MASK_STATUSES)},
  supersedes INTEGER REFERENCES masks (id),
  duplicate_of INTEGER REFERENCES masks (id),
  source_file TEXT,
  source_id INTEGER,
  details TEXT,
  revision INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((status = 'duplicate') = (duplicate_of IS NOT NULL))
) STRICT;
CREATE INDEX masks_by_image ON masks (image_id, status);
CREATE INDEX masks_by_round ON masks (round, stage, status);
CREATE INDEX masks_by_source ON masks (source_file, image_id, source_id) WHERE source_file IS NOT NULL;
CREATE INDEX masks_by_superseded ON masks (supersedes) WHERE supersedes IS NOT NULL;

CREATE TABLE verdicts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mask_id INTEGER NOT NULL REFERENCES masks (id),
  verdict TEXT NOT NULL ${oneOf('verdict', VERDICTS)},
  status_before TEXT NOT NULL ${oneOf('status_before', MASK_STATUSES)},
  annotator TEXT,
  round INTEGER NOT NULL REFERENCES rounds (number),
  at INTEGER NOT NULL,
  seconds REAL,
  clicks INTEGER,
  score REAL,
  correction_id INTEGER REFERENCES masks (id)
) STRICT;
CREATE INDEX verdicts_by_mask ON verdicts (mask_id);

CREATE TABLE hierarchy (
  child_id INTEGER PRIMARY KEY REFERENCES masks (id),
  parent_id INTEGER NOT NULL REFERENCES masks (id),
  containment REAL NOT NULL
) STRICT;
CREATE INDEX hierarchy_by_parent ON hierarchy (parent_id);

CREATE TABLE visits (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  image_id INTEGER NOT NULL REFERENCES images (id),
  outcome TEXT NOT NULL CHECK (outcome IN ('todo', 'done', 'skipped')),
  annotator TEXT,
  round INTEGER NOT NULL REFERENCES rounds (number),
  at INTEGER NOT NULL,
  seconds REAL
) STRICT;
CREATE INDEX visits_by_image ON visits (image_id);

CREATE TABLE claims (
  image_id INTEGER PRIMARY KEY REFERENCES images (id),
  annotator TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  claimed_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
`;

/** What was done for a caller who may ask again, not having heard the answer. */
const SECOND = `
CREATE TABLE actions (
  key TEXT PRIMARY KEY,
  request_sha256 TEXT NOT NULL,
  answer TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX actions_by_time ON actions (at);
`;

/** What a model has looked at alone: with the same key there is nothing to be done again. */
const THIRD = `
CREATE TABLE passes (
  image_id INTEGER NOT NULL REFERENCES images (id),
  stage TEXT NOT NULL ${oneOf('stage', STAGES)},
  key_sha256 TEXT NOT NULL,
  masks INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (image_id, stage)
) STRICT;
`;

/**
 * What people did, step by step, so that it can be done again elsewhere; and what a duplicate was before (`status_before`), so that it can come back, with the mask that
 * had stood for it until then (`restored_from`). `mask_id`: the mask that was judged; `made_id`: the one that was made.
 */
const EVENTS = `
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL ${oneOf('kind', EVENT_KINDS)},
  session TEXT NOT NULL,
  annotator TEXT,
  stage TEXT NOT NULL ${oneOf('stage', STAGES)},
  round INTEGER NOT NULL REFERENCES rounds (number),
  image_id INTEGER NOT NULL REFERENCES images (id),
  mask_id INTEGER REFERENCES masks (id),
  made_id INTEGER REFERENCES masks (id),
  at INTEGER NOT NULL,
  body TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX events_by_session ON events (session, id);
CREATE INDEX events_by_made ON events (made_id) WHERE made_id IS NOT NULL;
ALTER TABLE masks ADD COLUMN status_before TEXT ${oneOf('status_before', MASK_STATUSES)};
ALTER TABLE masks ADD COLUMN restored_from INTEGER REFERENCES masks (id);
CREATE INDEX masks_by_duplicate_of ON masks (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX masks_by_restored_from ON masks (restored_from) WHERE restored_from IS NOT NULL;
`;

/** A model that a round made is in the project, wherever that is: its folder is said as seen from there. */
const MODELS_WITHIN = `
UPDATE models SET folder = 'rounds/' || round || '/model'
  WHERE round IS NOT NULL AND replace(folder, '\\', '/') LIKE '%/rounds/' || round || '/model';
`;

/** A mask in work, as its annotator's page sent it last (JSON): one an image and annotator. */
const DRAFTS = `
CREATE TABLE drafts (
  image_id INTEGER NOT NULL REFERENCES images (id),
  annotator TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (image_id, annotator)
) STRICT;
`;

/**
 * What is asked while people wait, in projects of 100,000 images and millions of masks: who gets which image (claims.ts), in the order of an index; and how many masks there are (work-counts.ts), kept
 * with every change, because counting two millions takes a tenth of a second.
 */
const AT_HAND = `
CREATE INDEX images_in_order ON images (state, need DESC, file_name);
DROP INDEX images_by_state;
CREATE INDEX masks_proposed ON masks (image_id) WHERE status = 'proposed';
CREATE TABLE mask_totals (
  status TEXT PRIMARY KEY ${oneOf('status', MASK_STATUSES)},
  masks INTEGER NOT NULL
) STRICT;
INSERT INTO mask_totals ${MASK_STATUSES.map((status) => `SELECT '${status}', count(*) FROM masks WHERE status = '${status}'`).join(' UNION ALL ')};
CREATE TRIGGER mask_added AFTER INSERT ON masks BEGIN
  UPDATE mask_totals SET masks = masks + 1 WHERE status = NEW.status;
END;
CREATE TRIGGER mask_changed AFTER UPDATE OF status ON masks WHEN OLD.status <> NEW.status BEGIN
  UPDATE mask_totals SET masks = masks - 1 WHERE status = OLD.status;
  UPDATE mask_totals SET masks = masks + 1 WHERE status = NEW.status;
END;
CREATE TRIGGER mask_gone AFTER DELETE ON masks BEGIN
  UPDATE mask_totals SET masks = masks - 1 WHERE status = OLD.status;
END;
`;

/** Step n - 1 makes version n of version n - 1. */
export const MIGRATIONS: readonly string[] = [FIRST, SECOND, THIRD, EVENTS, MODELS_WITHIN, DRAFTS, AT_HAND];
