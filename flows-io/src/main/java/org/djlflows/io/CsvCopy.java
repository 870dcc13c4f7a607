package org.djlflows.io;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Copies of CSV files that DuckDB can read: in UTF-8, without comments, of equal line breaks. */
final class CsvCopy {

    private static final int BUFFER = 1 << 16;

    private CsvCopy() {}

    /** Opens a file that may be compressed. */
    static InputStream open(Path file, boolean gzip) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return new BufferedInputStream(gzip ? new GZIPInputStream(in, BUFFER) : in, BUFFER);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /**
     * Writes a file in UTF-8.
     *
     * @throws java.nio.charset.CharacterCodingException if it is not in that encoding
     */
    static void recode(Path file, boolean gzip, Charset encoding, Path copy) throws IOException {
        try (Reader in = new InputStreamReader(open(file, gzip), strict(encoding));
                Writer out = Files.newBufferedWriter(copy)) {
            char[] buffer = new char[BUFFER];
            boolean first = true;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                int from = first && n > 0 && buffer[0] == '\uFEFF' ? 1 : 0;
                out.write(buffer, from, n - from);
                first = false;
            }
        }
    }

    /**
     * Writes a file of UTF-8 without its comments, each line broken in the same way.
     *
     * <p>A comment is a line that begins with "#" and has not as many fields as a row. It becomes a
     * blank line, so that others keep their numbers.
     *
     * @throws java.nio.charset.CharacterCodingException if it is not in UTF-8
     */
    static void clean(Path file, boolean gzip, Dialect dialect, Path copy) throws IOException {
        try (BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        open(file, gzip), strict(StandardCharsets.UTF_8)));
                Writer out = Files.newBufferedWriter(copy)) {
            boolean inside = false;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                boolean comment =
                        !inside
                                && line.startsWith("#")
                                && fields(line, dialect) != dialect.fields();
                if (!comment) {
                    out.write(line);
                    inside = endsInside(line, inside, dialect);
                }
                out.write('\n');
            }
        }
    }

    private static CharsetDecoder strict(Charset encoding) {
        return encoding.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
    }

    private static int fields(String line, Dialect dialect) {
        int fields = 1;
        boolean inside = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            inside ^= c == dialect.quote();
            fields += !inside && c == dialect.separator() ? 1 : 0;
        }
        return fields;
    }

    private static boolean endsInside(String line, boolean before, Dialect dialect) {
        boolean inside = before;
        boolean start = true;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (inside && c == dialect.escape() && c != dialect.quote()) {
                i++;
            } else if (c == dialect.quote() && (inside || start)) {
                // A doubled quote closes the field and opens it again.
                inside = !inside;
                start = true;
                continue;
            }
            start = !inside && (c == dialect.separator() || (start && c == ' '));
        }
        return inside;
    }
}
