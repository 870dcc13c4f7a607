package org.djlflows.runtime;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An order in which columns are given. Orders that begin with the same columns, however arranged,
 * share what follows of these: the first one asks for all.
 *
 * @param steps the columns
 * @param path what follows of the joint normal distribution for rows that have all numbers
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record ColumnOrder(Step[] steps, JointNormal.Path path) {

    /**
     * What comes at a place of an order.
     *
     * @param column the column that is given next
     * @param asked whose distributions given those before are asked for
     */
    record Step(int column, Asked[] asked) {}

    /**
     * A column that follows a set of others.
     *
     * @param column the column
     * @param orders in which orders it does
     */
    record Asked(int column, int[] orders) {}

    /**
     * Prepares orders.
     *
     * @param orders the columns of each order
     * @param network the network
     * @param context how many columns, the first ones, are never asked for
     */
    static ColumnOrder[] of(int[][] orders, AnyOrderNetwork network, int context) {
        Map<BitSet, Map<Integer, List<Integer>>> following = new HashMap<>();
        for (int r = 0; r < orders.length; r++) {
            BitSet before = new BitSet();
            for (int j : orders[r]) {
                if (j >= context) {
                    following
                            .computeIfAbsent((BitSet) before.clone(), set -> new TreeMap<>())
                            .computeIfAbsent(j, column -> new ArrayList<>())
                            .add(r);
                }
                before.set(j);
            }
        }
        JointNormal.requireRoom(orders.length, network.normal().size);
        ColumnOrder[] prepared = new ColumnOrder[orders.length];
        for (int r = 0; r < orders.length; r++) {
            Step[] steps = new Step[orders[r].length];
            BitSet before = new BitSet();
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < steps.length; i++) {
                int j = orders[r][i];
                Map<Integer, List<Integer>> next = following.remove(before);
                steps[i] = new Step(j, next == null ? new Asked[0] : asked(next));
                before.set(j);
                if (network.columns()[j].number >= 0) {
                    numbers.add(network.columns()[j].number);
                }
            }
            prepared[r] = new ColumnOrder(steps, network.normal().path(numbers));
        }
        return prepared;
    }

    private static Asked[] asked(Map<Integer, List<Integer>> following) {
        return following.entrySet().stream()
                .map(
                        entry ->
                                new Asked(
                                        entry.getKey(),
                                        entry.getValue().stream().mapToInt(r -> r).toArray()))
                .toArray(Asked[]::new);
    }
}
