package org.djlflows.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

class TallyTest {

    private static Tally<String> of(int most, String... cells) {
        Tally<String> tally = new Tally<>(most);
        for (String cell : cells) {
            if (cell == null) {
                tally.addMissing();
            } else {
                tally.add(cell);
            }
        }
        return tally;
    }

    @Test
    void countsExactlyWhileThereIsRoom() {
        Tally<String> tally = of(3, "a", null, "b", "a", "c", "a");

        assertTrue(tally.isExact());
        assertEquals(3, tally.distinct());
        assertEquals(5, tally.total());
        assertEquals(1, tally.missing());
        assertEquals(3, tally.count("a"));
        assertEquals(0, tally.count("d"));
        assertEquals(Optional.of("a"), tally.example());
        assertEquals(0.6, tally.differing());
    }

    /** The counts of frequent values are short by at most a part of all cells. */
    @Test
    void findsWhatIsFrequentAmongMany() {
        Tally<Integer> tally = new Tally<>(100);
        for (int i = 0; i < 100_000; i++) {
            tally.add(i % 20 == 0 ? -1 : i);
        }

        assertFalse(tally.isExact());
        assertEquals(-1, tally.distinct());
        assertTrue(tally.values().size() <= 100);
        assertTrue(tally.count(-1) >= 5000 - 100_000 / 101, () -> "" + tally.count(-1));
        assertTrue(tally.count(-1) <= 5000);
        // Until there was no more room, 101 of 105 cells were new.
        assertEquals(0.95, tally.differing(), 0.02);
    }

    @Test
    void estimatesWhatIsUnseen() {
        // (1 + 1) / (38 + 2) of one level that came once.
        Tally<String> tally = of(9, "once");
        for (int i = 0; i < 37; i++) {
            tally.add("often");
        }
        assertEquals(0.05, tally.unseen(), 1e-12);
        assertEquals(1.0 / 4, of(9, "a", "a").unseen(), 1e-12);

        Tally<Integer> key = new Tally<>(1000);
        List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).forEach(key::add);
        assertEquals(0.1, key.unseen(), 1e-12);
    }

    @Test
    void comparesColumns() {
        Tally<String> one = of(9, "a", "b", null, "a", "b", "b");

        assertTrue(one.equalsCells(of(9, "a", "b", null, "a", "b", "b")));
        assertFalse(one.equalsCells(of(9, "a", "b", null, "a", "b", "a")));
        assertFalse(one.equalsCells(of(9, "x", "y", null, "x", "y", "y")));
        assertTrue(one.goesWith(of(9, "x", "y", null, "x", "y", "y")));
        assertFalse(one.goesWith(of(9, "x", "y", "y", "x", "y", "y")));
        assertFalse(one.goesWith(of(9, "x", "x", null, "x", "x", "x")));
        // All keys would go with each other.
        assertFalse(of(9, "a", "b", "c").goesWith(of(9, "x", "y", "z")));
    }
}
