package org.djlflows.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.util.List;

class ExcerptTest {

    @Test
    void whatIsShortStays() {
        assertEquals("null", Excerpt.of(null));
        assertEquals("[a, b]", Excerpt.of(List.of("a", "b")));
        assertEquals("x".repeat(300), Excerpt.of("x".repeat(300)));
    }

    @Test
    void ofWhatIsLongTheBeginningIsShown() {
        assertEquals("x".repeat(300) + "... (1,234 characters)", Excerpt.of("x".repeat(1234)));
        assertEquals("ab... (3 characters)", Excerpt.of("abc", 2));
    }
}
