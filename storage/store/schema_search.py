"""The index a search by name or town reads: part of the migrations of `storage.store.schema`, and like them never changed.

FTS5 keeps, for each three letters in a row of `search_text`, the 受付番号 that have them and where in the text they stand, which is what
finds longer words, and not the text (https://sqlite.org/fts5.html#contentless_tables, #the_trigram_tokenizer). The text gets a line's end
behind it, so that its last two letters begin a three as well. A new application's text is entered by the table of applications, many at
once (`storage.store.search.INSERT`): a trigger would write the index out for each of them. What a text held is taken out of the index when the text changes, at once and not by a later merge
(https://sqlite.org/fts5.html#the_secure_delete_configuration_option). But for the threes that part its pages: these stand in a
table of their own until the pages are made anew, so an erasure fills the index from the beginning (`REFILL`).
"""

FILL = "INSERT INTO application_search (rowid, search_text) SELECT number, search_text || char(10) FROM application"
REFILL = ("INSERT INTO application_search (application_search) VALUES ('delete-all')", FILL)
SEARCH_INDEX = f"""
CREATE VIRTUAL TABLE application_search USING fts5 (
    search_text, content = '', tokenize = 'trigram'
);
INSERT INTO application_search (application_search, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE application_gram USING fts5vocab (application_search, row);
{FILL};
CREATE TRIGGER application_search_next AFTER UPDATE ON application WHEN NEW.search_text <> OLD.search_text
BEGIN
    INSERT INTO application_search (application_search, rowid, search_text)
    VALUES ('delete', OLD.number, OLD.search_text || char(10));
    INSERT INTO application_search (rowid, search_text) VALUES (NEW.number, NEW.search_text || char(10));
END;
"""  # noqa: S608 - fixed words
