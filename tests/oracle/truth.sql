-- The raw truth as plain rows: what happened, and in which position of the log each version of it became known.
-- Times are seconds since 1970, days are days since 1970. A version without an act or a paper was taken back.
CREATE TABLE agency (code TEXT PRIMARY KEY, level TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER, successor TEXT);
-- What nobody announced is not known: neither no nor none.
CREATE TABLE procedure (
    code TEXT PRIMARY KEY, field TEXT, components INTEGER, paper_result INTEGER, fee INTEGER,
    "limit" INTEGER, unit TEXT
);
CREATE TABLE dossier (code TEXT PRIMARY KEY, province TEXT NOT NULL, procedure TEXT NOT NULL, channel TEXT);
CREATE TABLE code (dossier TEXT NOT NULL, system TEXT NOT NULL, code TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE told (
    code TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL,
    act TEXT, at INTEGER, due_at INTEGER, agency TEXT, label TEXT, position INTEGER NOT NULL
);
CREATE TABLE filed (
    code TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL,
    kind TEXT, at INTEGER, name TEXT, flag INTEGER, amount INTEGER, position INTEGER NOT NULL
);
-- What an agency, or the whole province (none), reported of a period [first, after) to the Government, and when.
CREATE TABLE submitted (
    province TEXT NOT NULL, agency TEXT, first INTEGER NOT NULL, after INTEGER NOT NULL,
    online INTEGER NOT NULL, direct INTEGER NOT NULL, at INTEGER NOT NULL, position INTEGER NOT NULL
);
