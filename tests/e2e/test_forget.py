"""A forgotten person does not come back with the next collection, and nothing of others is lost by it."""

from __future__ import annotations

from pathlib import Path

from collector.importing import ImportSettings, import_files
from collector.settings import AudienceSpec
from simulator.server import start_server
from simulator.settings import ServerSettings
from simulator.world import build_world
from storage import erase, open_store

from .social import ALL, HOUR, Study, open_communities


def test_the_next_collection_leaves_a_forgotten_person_out_and_nobody_else(tmp_path: Path) -> None:
    world = build_world("tiny")
    specs = [AudienceSpec(str(number), (f"club{number}",)) for number in open_communities(world)]
    with start_server(world, ServerSettings(requests_per_second=2000)) as vk:
        with open_store(tmp_path / "study.db") as store:
            study = Study(vk, store)
            study.collect(*specs, what=ALL, subscriptions_sample=0)
            sql = (
                "SELECT p.from_id FROM posts p JOIN users u ON u.id = p.from_id "
                "WHERE p.owner_id < 0 AND u.state = 'ok' ORDER BY 1 LIMIT 1"
            )
            person = int(study.rows(sql)[0][0])
            before = study.rows("SELECT owner_id, id, text FROM posts")
            mine = study.rows(f"SELECT owner_id, id FROM posts WHERE owner_id = {person} OR from_id = {person}")
            erase.forget(store, [person])
        with open_store(tmp_path / "study.db") as store:
            study.store = store
            study.clock.time += 40 * HOUR
            outcome = study.collect(*specs, what=ALL, subscriptions_sample=0)
            assert outcome.state in ("done", "partial") and not any("круг" in text for text in outcome.messages)
            for table, column in (("users", "id"), ("memberships", "user_id"), ("posts", "from_id"),
                                  ("posts", "owner_id"), ("comments", "from_id"), ("likes", "user_id"),
                                  ("audience_members", "user_id"), ("subscriptions", "user_id")):  # fmt: skip
                assert study.rows(f"SELECT * FROM {table} WHERE {column} = {person}") == [], table
            after = {(row[0], row[1]) for row in study.rows("SELECT owner_id, id FROM posts")}
            assert {(row[0], row[1]) for row in before} - {tuple(row) for row in mine} <= after
            assert len(mine) > 1


def test_the_same_file_imported_again_leaves_a_forgotten_author_out(tmp_path: Path) -> None:
    table = "author,community,text\nаня,клуб,Первое слово\nборя,клуб,Тайное слово\nборя,,Тайное дома\n"
    settings = ImportSettings((tmp_path / "форум.csv",))
    settings.files[0].write_text(table, encoding="utf-8")
    with open_store(tmp_path / "study.db") as store:
        import_files(store, settings)
        erase.forget(store, [store.value("SELECT user_id FROM aliases WHERE external_id = 'боря'")])
    settings.files[0].write_text(table + "вера,клуб,Третье слово\n", encoding="utf-8")
    for _ in range(2):
        with open_store(tmp_path / "study.db") as store:
            import_files(store, settings)
            assert [row[0] for row in store.rows("SELECT text FROM posts ORDER BY 1")] == [
                "Первое слово",
                "Третье слово",
            ]
            for name in ("users", "memberships", "audience_members"):
                assert store.value(f"SELECT count(*) FROM {name}") == 2, name
            assert {row[0] for row in store.rows("SELECT external_id FROM aliases")} == {"аня", "вера", "клуб"}
