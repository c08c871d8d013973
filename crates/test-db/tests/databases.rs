//! Proves that databases are fresh and gone afterwards.

use test_db::TestDatabase;

#[test]
fn sqlite_files_are_gone_afterwards() {
    let (one, two) = (TestDatabase::sqlite(), TestDatabase::sqlite());
    assert_ne!(one.url(), two.url());
    let folder = one.folder().unwrap().to_owned();
    std::fs::write(folder.join("test.db"), "x").unwrap();
    drop(one);
    assert!(!folder.exists() && two.folder().unwrap().exists());
}

#[tokio::test]
async fn postgres_schemas_do_not_see_each_other() {
    let Some(one) = TestDatabase::postgres_or_skip() else { return };
    let two = TestDatabase::postgres().unwrap();
    for database in [&one, &two] {
        let (client, connection) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("CREATE TABLE here (x INT)").await.unwrap();
        let row = client.query_one("SELECT current_schema()::text", &[]).await.unwrap();
        assert_eq!(Some(row.get::<_, &str>(0)), database.schema());
    }
    let name = one.schema().unwrap().to_owned();
    drop(one);
    let (client, connection) = tokio_postgres::connect(two.url(), tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let found = client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[&name]).await.unwrap();
    assert!(found.is_empty());
}
