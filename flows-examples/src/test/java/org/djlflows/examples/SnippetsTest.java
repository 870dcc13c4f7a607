package org.djlflows.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Each piece of Java in the documentation is a piece of a source of this module, or of a test of
 * flows-spark or flows-streaming, which no other module needs.
 */
class SnippetsTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern SNIPPET = Pattern.compile("(?s)```java\n(.*?)```");

    @Test
    void documentationShowsWhatIsCompiled() throws IOException {
        List<String> sources = new ArrayList<>();
        for (String folder :
                List.of("flows-examples/src", "flows-spark/src/test", "flows-streaming/src/test")) {
            files(ROOT.resolve(folder), ".java").map(SnippetsTest::flush).forEach(sources::add);
        }
        List<String> pages =
                Stream.concat(
                                Stream.of(read(ROOT.resolve("README.md"))),
                                files(ROOT.resolve("docs"), ".md"))
                        .toList();
        List<String> snippets = new ArrayList<>();
        for (String page : pages) {
            SNIPPET.matcher(page).results().map(MatchResult::group).forEach(snippets::add);
        }
        assertFalse(snippets.isEmpty());
        List<String> strange =
                snippets.stream()
                        .map(snippet -> flush(SNIPPET.matcher(snippet).replaceAll("$1")))
                        .filter(snippet -> sources.stream().noneMatch(s -> s.contains(snippet)))
                        .toList();
        assertEquals(List.of(), strange);
    }

    private static Stream<String> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(ending)).toList();
            return found.stream().map(SnippetsTest::read);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String flush(String code) {
        return code.lines().map(String::strip).collect(Collectors.joining("\n"));
    }
}
