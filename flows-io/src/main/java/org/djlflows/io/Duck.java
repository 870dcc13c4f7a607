package org.djlflows.io;

import org.djlflows.files.Excerpt;
import org.djlflows.table.Table;
import org.djlflows.table.TableColumn;
import org.duckdb.DuckDBAppender;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A DuckDB database in memory, without extensions from the network: connections, SQL and errors.
 */
final class Duck implements AutoCloseable {

    /** What results and queries may take before DuckDB writes to its folder. */
    private static final String MEMORY = "1GB";

    private static final Pattern LINE = Pattern.compile("CSV Error on Line: (\\d+)");
    private static final Pattern FIELDS =
            Pattern.compile("Expected Number of Columns: (\\d+) Found: (\\d+)");
    private static final Pattern KIND =
            Pattern.compile(
                    "Invalid Input Error: Attempting to execute an unsuccessful or closed pending"
                            + " query result\\s+Error: |^[A-Z][A-Za-z ]* Error: ");

    private final org.duckdb.DuckDBConnection connection;

    private Duck(org.duckdb.DuckDBConnection connection) {
        this.connection = connection;
    }

    /** What reads the rows of a result. */
    interface Reader<T> {
        T read(ResultSet result) throws SQLException;
    }

    /**
     * Starts a database.
     *
     * @param folder where large queries may write, which exists
     * @return the database, to be closed
     */
    static Duck open(Path folder) {
        Properties settings = settings();
        settings.setProperty("temp_directory", folder.toString());
        return open(settings);
    }

    /**
     * Starts a database that reaches no file, for conditions that somebody else may have written.
     *
     * @return the database, to be closed
     */
    static Duck shut() {
        Duck duck = open(settings());
        duck.execute("SET enable_external_access = false", "DuckDB");
        duck.execute("SET lock_configuration = true", "DuckDB");
        return duck;
    }

    private static Properties settings() {
        Properties settings = new Properties();
        settings.setProperty("jdbc_stream_results", "true");
        settings.setProperty("threads", "1");
        settings.setProperty("memory_limit", MEMORY);
        settings.setProperty("preserve_insertion_order", "true");
        settings.setProperty("autoinstall_known_extensions", "false");
        settings.setProperty("autoload_known_extensions", "false");
        settings.setProperty("allow_community_extensions", "false");
        return settings;
    }

    private static Duck open(Properties settings) {
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:", settings);
            Duck duck = new Duck(connection.unwrap(org.duckdb.DuckDBConnection.class));
            duck.execute("SET TimeZone = 'UTC'", "DuckDB");
            duck.execute("SET enable_progress_bar = false", "DuckDB");
            return duck;
        } catch (SQLException e) {
            throw problem("DuckDB", e);
        }
    }

    /**
     * Runs a query on a connection of its own, so that queries may run while others are read.
     *
     * @param sql the query
     * @param where what is read, for the messages
     * @param reader reads the rows, which are fetched as it goes
     * @return what the reader returns
     * @throws TableException if the query fails
     */
    <T> T query(String sql, String where, Reader<T> reader) {
        try (Connection own = connection.duplicate();
                Statement statement = own.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return reader.read(result);
        } catch (SQLException e) {
            throw problem(where, e);
        }
    }

    /**
     * Runs queries on all processors, for whom the order of rows does not matter.
     *
     * <p>Others run on one: DuckDB promises to keep the order, but over JSON and views of CSV files
     * streamed results of several threads were seen to come in another one.
     *
     * @param queries the queries
     */
    void inParallel(Runnable queries) {
        int threads = Runtime.getRuntime().availableProcessors();
        execute("SET threads = " + threads, "DuckDB");
        try {
            queries.run();
        } finally {
            execute("SET threads = 1", "DuckDB");
        }
    }

    /**
     * Runs a statement without a result.
     *
     * @param sql the statement
     * @param where what is read, for the message
     * @throws TableException if it fails
     */
    void execute(String sql, String where) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw problem(where, e);
        }
    }

    /**
     * Requires that a text is one SELECT.
     *
     * @param sql the text
     * @param where what is read, for the message
     * @param expected what the user wrote into it, for the message
     * @throws TableException if it is not
     */
    void requireSelect(String sql, String where, String expected) {
        query(
                "SELECT j ->> '$.error', j ->> '$.error_message', json_array_length(j,"
                        + " '$.statements') FROM (SELECT json_serialize_sql("
                        + literal(sql)
                        + ") AS j)",
                where,
                result -> {
                    result.next();
                    if (result.getBoolean(1) || result.getInt(3) != 1) {
                        throw new TableException(
                                where
                                        + ": expected "
                                        + expected
                                        + ", got "
                                        + (result.getBoolean(1)
                                                ? "an error: " + Excerpt.of(result.getString(2))
                                                : result.getInt(3) + " statements"));
                    }
                    return null;
                });
    }

    /**
     * Adds rows to a table whose first column is their number, from 0, and whose others are those
     * of the rows.
     *
     * @param table the name of the table
     * @param rows the rows
     */
    void append(String table, Table rows) {
        try (DuckDBAppender appender = connection.createAppender(table)) {
            for (int i = 0; i < rows.rows(); i++) {
                appender.beginRow().append(i);
                for (TableColumn column : rows.columns()) {
                    append(appender, column, i);
                }
                appender.endRow();
            }
        } catch (SQLException e) {
            throw problem("DuckDB", e);
        }
    }

    private static void append(DuckDBAppender appender, TableColumn column, int row)
            throws SQLException {
        if (column.isMissing(row)) {
            appender.appendNull();
        } else if (column instanceof TableColumn.Numbers numbers) {
            appender.append(numbers.value(row));
        } else if (column instanceof TableColumn.Times times) {
            appender.appendEpochMicros(Math.round(times.value(row) * 1e6));
        } else {
            appender.append(((TableColumn.Texts) column).value(row));
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw problem("DuckDB", e);
        }
    }

    /** Quotes a text. */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** Quotes texts as a list in parentheses. */
    static String literals(List<String> texts) {
        return texts.stream().map(Duck::literal).collect(Collectors.joining(", ", "(", ")"));
    }

    /** Quotes a name. */
    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static TableException problem(String where, SQLException e) {
        String message = String.valueOf(e.getMessage());
        Matcher line = LINE.matcher(message);
        String place = line.find() ? where + " line " + line.group(1) : where;
        String remedy =
                place.endsWith(" line 1") && message.contains("Expected Number of Columns")
                        ? "; a header needs a name for each column, also for one of row names"
                        : "";
        return new TableException(place + ": " + explained(message) + remedy, e);
    }

    private static String explained(String message) {
        Matcher fields = FIELDS.matcher(message);
        if (fields.find()) {
            return "expected "
                    + fields.group(1)
                    + " fields, got "
                    + fields.group(2)
                    + "; complete the line, quote fields that hold the separator, or say which"
                    + " separator it is (--separator)";
        }
        if (message.contains("unterminated quote")) {
            return "expected a quote at the end of a quoted field, got none; close it, or double"
                    + " the quotes inside a field";
        }
        if (message.contains("Invalid unicode") || message.contains("not utf-8 encoded")) {
            return "expected UTF-8 text, got other bytes; say the encoding, such as --encoding"
                    + " latin-1, windows-1252 or utf-16";
        }
        if (message.contains("state machine reached an invalid state")) {
            return "expected CSV text, got quotes inside a field that are not doubled, or text"
                    + " behind a quoted one; double them, or say which separator it is"
                    + " (--separator)";
        }
        if (message.contains("Maximum line size")) {
            return "expected lines of at most 2 MB, got a longer one; is a quote left open, or is"
                    + " it no CSV file?";
        }
        // The first line says what is wrong; those below are for people who write SQL or C++.
        String rest = KIND.matcher(message).replaceAll("").replaceFirst(KIND.pattern(), "").strip();
        return Excerpt.of(
                rest.lines()
                        .limit(3)
                        .filter(line -> rest.startsWith(line) || line.matches("(Candid|Did you).*"))
                        .collect(Collectors.joining(" ")));
    }
}
