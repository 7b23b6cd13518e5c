-- The raw truth as plain rows: what happened, and in which position of the log each version of it became known.
-- Times are seconds since 1970, days are days since 1970. A version without an act was taken back.
CREATE TABLE agency (code TEXT PRIMARY KEY, level TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER, successor TEXT);
CREATE TABLE procedure (code TEXT PRIMARY KEY, field TEXT NOT NULL);
CREATE TABLE dossier (code TEXT PRIMARY KEY, province TEXT NOT NULL, procedure TEXT NOT NULL, channel TEXT);
CREATE TABLE code (dossier TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE told (
    code TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL,
    act TEXT, at INTEGER, due_at INTEGER, agency TEXT, label TEXT, position INTEGER NOT NULL
);
