"""The tables of the store on PostgreSQL."""

SCHEMA = """
CREATE TABLE layout (number integer);
CREATE TABLE tenant (
  number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name bytea UNIQUE, last_line bigint DEFAULT 0)
  WITH (fillfactor = 10);
CREATE TABLE shelf (
  number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant integer, name bytea, UNIQUE (tenant, name));
CREATE TABLE document (
  shelf integer, key bytea, number bigint GENERATED ALWAYS AS IDENTITY, body bytea, PRIMARY KEY (shelf, key));
CREATE INDEX document_order ON document (shelf, number);
CREATE TABLE unique_key (shelf integer, key bytea, owner bytea, PRIMARY KEY (shelf, key));
CREATE TABLE link (
  shelf integer, left_id bytea, right_id bytea, number bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (shelf, left_id, right_id));
CREATE INDEX link_right ON link (shelf, right_id);
CREATE TABLE log (shelf integer, number bigint, body bytea, PRIMARY KEY (shelf, number));
CREATE TABLE log_tag (shelf integer, tag bigint, number bigint, PRIMARY KEY (shelf, tag, number));
"""
TABLES = ("document", "unique_key", "link", "log", "log_tag")
