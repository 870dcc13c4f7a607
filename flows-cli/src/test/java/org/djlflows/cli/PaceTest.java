package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

class PaceTest {

    @RegisterExtension private final Terminal terminal = new Terminal();

    @Test
    void saysWhatWorkIsThatTakesLong() {
        assertEquals(7, Pace.during("reading a\u001b.csv", Runnable::run, () -> 7));
        assertEquals("reading a\\u001b.csv ..." + System.lineSeparator(), terminal.printed());
    }

    @Test
    void saysNothingOfWorkThatIsDone() {
        List<Runnable> late = new ArrayList<>();
        assertEquals(7, Pace.during("reading a.csv", late::add, () -> 7));
        late.forEach(Runnable::run);
        assertEquals("", terminal.printed());
    }
}
