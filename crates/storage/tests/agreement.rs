//! Both databases have the same schema, and migrations go up, down and up (W47).

use std::{collections::BTreeSet, path::PathBuf};

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    backend::Backend,
    connection::SimpleConnection,
    sql_types::{Bool, Text},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use secrets::Keyring;
use storage::{DatabaseUrl, Error, Kind, Options, Store};
use test_db::TestDatabase;

/// A column: of which table, how named, whether it may be empty.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    named: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
}

/// An index, also those of keys: its columns in order, whether it is unique.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct Index {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    columns: String,
    #[diesel(sql_type = Bool)]
    is_unique: bool,
}

impl Index {
    /// SQLite passes over a row by what is in the index, which PostgreSQL cannot.
    fn on_postgres(self) -> Self {
        match self.columns.strip_suffix(",search_text,firmware_key") {
            Some(columns) => Self { columns: columns.to_owned(), ..self },
            None => self,
        }
    }
}

/// A foreign key: from, to, and what happens when the row goes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, QueryableByName)]
struct ForeignKey {
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    target: String,
    #[diesel(sql_type = Text)]
    on_delete: String,
}

type Schema = (BTreeSet<Column>, BTreeSet<Index>, BTreeSet<ForeignKey>);

const SQLITE: [&str; 3] = [
    "SELECT t.name AS table_name, c.name AS named,
            CASE upper(c.type) WHEN 'INTEGER' THEN 'BIGINT' ELSE upper(c.type) END AS kind,
            NOT (c.\"notnull\" OR c.pk) AS nullable
     FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    "SELECT t.name AS table_name, i.\"unique\" AS is_unique,
            (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns
     FROM sqlite_schema t, pragma_index_list(t.name) i
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'
     UNION
     SELECT t.name, TRUE, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND c.pk = 1 AND c.type = 'INTEGER' AND t.name NOT LIKE 'sqlite_%'",
    "SELECT t.name || '.' || f.\"from\" AS source, f.\"table\" || '.' || f.\"to\" AS target, f.on_delete AS on_delete
     FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
];

const POSTGRES: [&str; 3] = [
    "SELECT table_name::text, column_name::text AS named,
            CASE data_type WHEN 'timestamp without time zone' THEN 'TIMESTAMP' ELSE upper(data_type) END AS kind,
            is_nullable = 'YES' AS nullable
     FROM information_schema.columns
     WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_\\_%'",
    "SELECT t.relname::text AS table_name, i.indisunique AS is_unique,
            (SELECT string_agg(a.attname::text, ',' ORDER BY k.place)
             FROM unnest(i.indkey) WITH ORDINALITY AS k(number, place)
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) AS columns
     FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
     WHERE t.relnamespace = current_schema()::regnamespace AND t.relname NOT LIKE '\\_\\_%'",
    "SELECT t.relname || '.' || a.attname AS source, u.relname || '.' || b.attname AS target,
            CASE f.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END AS on_delete
     FROM pg_constraint f
     JOIN pg_class t ON t.oid = f.conrelid JOIN pg_class u ON u.oid = f.confrelid
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.conkey[1]
     JOIN pg_attribute b ON b.attrelid = u.oid AND b.attnum = f.confkey[1]
     WHERE f.contype = 'f' AND t.relnamespace = current_schema()::regnamespace",
];

fn migrations(database: &str) -> FileBasedMigrations {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
    FileBasedMigrations::from_path(folder).expect("the folder of migrations")
}

/// Runs every migration up, down and up, and compares what stands after each.
fn up_down_up<DB: Backend, C: MigrationHarness<DB>>(
    connection: &mut C,
    database: &str,
    schema: impl Fn(&mut C) -> Schema,
) -> Schema {
    connection.run_pending_migrations(migrations(database)).expect("up");
    let first = schema(connection);
    connection.revert_all_migrations(migrations(database)).expect("down");
    assert_eq!(schema(connection), Schema::default(), "nothing stays behind on {database}");
    connection.run_pending_migrations(migrations(database)).expect("up again");
    assert_eq!(schema(connection), first);
    first
}

fn sqlite_schema(connection: &mut SqliteConnection) -> Schema {
    let [columns, indexes, keys] = SQLITE.map(diesel::sql_query);
    (
        columns.load(connection).expect("columns").into_iter().collect(),
        indexes.load(connection).expect("indexes").into_iter().collect(),
        keys.load(connection).expect("foreign keys").into_iter().collect(),
    )
}

fn postgres_schema(connection: &mut AsyncConnectionWrapper<AsyncPgConnection>) -> Schema {
    let [columns, indexes, keys] = POSTGRES.map(diesel::sql_query);
    (
        columns.load(connection).expect("columns").into_iter().collect(),
        indexes.load(connection).expect("indexes").into_iter().collect(),
        keys.load(connection).expect("foreign keys").into_iter().collect(),
    )
}

fn sqlite(database: &TestDatabase) -> SqliteConnection {
    let path = database.url().strip_prefix("sqlite://").expect("a file");
    SqliteConnection::establish(path).expect("the file opens")
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_schema() {
    let file = TestDatabase::sqlite();
    let (columns, indexes, keys) = up_down_up(&mut sqlite(&file), "sqlite", sqlite_schema);
    assert!(columns.len() > 100 && indexes.len() > 30 && keys.len() > 10);
    let Some(server) = TestDatabase::postgres_or_skip() else { return };
    let url = server.url().to_owned();
    let connection = AsyncPgConnection::establish(&url).await.unwrap();
    let other = tokio::task::spawn_blocking(move || {
        up_down_up(&mut AsyncConnectionWrapper::from(connection), "postgres", postgres_schema)
    });
    let other = other.await.unwrap();
    assert_eq!(columns, other.0);
    let in_both: BTreeSet<Index> = indexes.into_iter().map(Index::on_postgres).collect();
    assert_eq!(in_both, other.1);
    assert_eq!(keys, other.2);
}

#[test]
fn both_folders_have_the_same_migrations() {
    let names = |database: &str| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations").join(database);
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect::<BTreeSet<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

async fn open(url: &str) -> Result<Store, Error> {
    let url: DatabaseUrl = url.parse().expect("the URL of a test database");
    Store::open(&url, Keyring::generate(&mut rand::rng()), Options::default()).await
}

/// The number of the newest migration.
fn newest() -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations").join("sqlite");
    let entries = std::fs::read_dir(folder).expect("the folder of migrations");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.max().and_then(|name| Some(name.split_once('_')?.0.to_owned())).expect("a migration with a number")
}

fn assert_newer(error: &Error) {
    let Kind::NewerSchema { database, program } = error.kind() else { panic!("{error:?}") };
    let newest = newest();
    assert_eq!((database.as_str(), program), ("9999", &newest));
    let words = format!("the database has schema 9999, this program knows schemas up to {newest}");
    assert!(error.kind().to_string().starts_with(&words));
}

const FROM_THE_FUTURE: &str = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_program_is_refused() {
    let file = TestDatabase::sqlite();
    open(file.url()).await.map(drop).unwrap();
    sqlite(&file).batch_execute(FROM_THE_FUTURE).unwrap();
    assert_newer(&open(file.url()).await.unwrap_err());

    let Some(server) = TestDatabase::postgres_or_skip() else { return };
    open(server.url()).await.map(drop).unwrap();
    let mut connection = AsyncPgConnection::establish(server.url()).await.unwrap();
    diesel_async::SimpleAsyncConnection::batch_execute(&mut connection, FROM_THE_FUTURE).await.unwrap();
    assert_newer(&open(server.url()).await.unwrap_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn starters_at_the_same_moment_take_turns() {
    for database in [Some(TestDatabase::sqlite()), TestDatabase::postgres_or_skip()].into_iter().flatten() {
        let opened = futures::future::join_all((0..4).map(|_| open(database.url()))).await;
        for result in opened {
            result.unwrap();
        }
    }
}

/// An older database with data is copied before it is changed. Migrations that are forgotten stand for an older program.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_copied_before_it_is_migrated() {
    let file = TestDatabase::sqlite();
    open(file.url()).await.map(drop).unwrap();
    let copy = file.folder().unwrap().join(format!("test.db.before-{}", newest()));
    assert!(!copy.exists(), "a fresh file is not copied");
    let forget =
        "DELETE FROM __diesel_schema_migrations; INSERT INTO __diesel_schema_migrations (version) VALUES ('0000')";
    sqlite(&file).batch_execute(forget).unwrap();
    let error = open(file.url()).await.unwrap_err();
    assert!(matches!(error.kind(), Kind::Backend(_)), "its tables are there already: {error:?}");
    assert!(copy.exists());
}
