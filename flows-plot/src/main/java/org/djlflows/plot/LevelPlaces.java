package org.djlflows.plot;

import org.djlflows.table.TableColumn;
import org.jfree.data.Range;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Levels at 0, 1, 2 and so on: the eight most frequent, numbers in their order and others by their
 * frequency; then all others together, then missing cells.
 */
final class LevelPlaces implements Places {

    private static final int MOST = 8;

    /** A longer beginning that all levels share leaves no room for what differs. */
    private static final int LONGEST = 8;

    private final Map<String, Integer> places = new HashMap<>();
    private final List<Tick> names = new ArrayList<>();

    /** How many places are of one level. */
    private final int levels;

    /**
     * Creates the places.
     *
     * @param reference the cells that decide
     * @param samples other cells that have a place too
     */
    LevelPlaces(TableColumn reference, TableColumn samples) {
        Map<String, Integer> counts = new HashMap<>();
        count(reference, 1, counts);
        count(samples, 0, counts);
        boolean missing = counts.remove(null) != null;
        // One place for a single other would only hide its name.
        int shown = counts.size() == MOST + 1 ? MOST + 1 : Math.min(MOST, counts.size());
        List<String> first =
                new ArrayList<>(
                        counts.keySet().stream()
                                .sorted(
                                        Comparator.comparing((String level) -> -counts.get(level))
                                                .thenComparing(Comparator.naturalOrder()))
                                .limit(shown)
                                .toList());
        if (reference instanceof TableColumn.Numbers) {
            first.sort(Comparator.comparingDouble(Double::parseDouble));
        }
        int shared = shared(first);
        first.forEach(level -> add(level, shared));
        levels = first.size();
        if (counts.size() > shown) {
            int others = names.size();
            names.add(new Tick(others, (counts.size() - shown) + " others"));
            counts.keySet().forEach(level -> places.putIfAbsent(level, others));
        }
        if (missing) {
            places.put(null, names.size());
            names.add(new Tick(names.size(), "missing"));
        }
    }

    private static void count(TableColumn cells, int each, Map<String, Integer> counts) {
        for (int i = 0; i < cells.rows(); i++) {
            counts.merge(Cells.level(cells, i), each, Integer::sum);
        }
    }

    /** The length of the words that all levels begin with, or 0 if there is room for them. */
    private static int shared(List<String> levels) {
        if (levels.size() < 2) {
            return 0;
        }
        String least = Collections.min(levels);
        String most = Collections.max(levels);
        int words = 0;
        for (int i = 0; i < least.length() && least.charAt(i) == most.charAt(i); i++) {
            char c = least.charAt(i);
            words = Character.isLetterOrDigit(c) || Character.isSurrogate(c) ? words : i + 1;
        }
        return words > LONGEST ? words : 0;
    }

    private void add(String level, int shared) {
        places.put(level, names.size());
        String rest = (shared > 0 ? "\u2026" : "") + level.substring(shared);
        // A text of blanks is there as well.
        names.add(new Tick(names.size(), rest.isBlank() ? '"' + rest + '"' : rest));
    }

    @Override
    public double[] of(TableColumn cells) {
        double[] found = new double[cells.rows()];
        Arrays.setAll(
                found,
                i -> {
                    Integer place = places.get(Cells.level(cells, i));
                    return place == null ? Double.NaN : place;
                });
        return found;
    }

    @Override
    public NavigableMap<Double, Double> points() {
        NavigableMap<Double, Double> points = new TreeMap<>();
        IntStream.range(0, names.size()).forEach(i -> points.put((double) i, HALF_BAR));
        return points;
    }

    @Override
    public Range range() {
        return new Range(-0.6, Math.max(1, names.size()) - 0.4);
    }

    @Override
    public double[] edges() {
        return new double[0];
    }

    @Override
    public List<Tick> ticks(int pixels, boolean across) {
        return names;
    }

    @Override
    public double[] cells() {
        return IntStream.rangeClosed(0, Math.max(1, names.size()))
                .mapToDouble(i -> i - 0.5)
                .toArray();
    }

    @Override
    public boolean isValue(double point) {
        return point < levels;
    }

    @Override
    public double missing() {
        return places.containsKey(null) ? places.get(null) : Double.NaN;
    }

    @Override
    public String name(double point) {
        return names.get((int) point).label();
    }
}
