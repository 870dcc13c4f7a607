package org.djlflows.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Invented orders of a shop, for examples of finding wrong rows. The fee depends on the channel: on
 * the web 2 % of the amount, in the shop none, by telephone 1.50. A courier brings orders within
 * two days and costs 12.90, parcels take two to six and cost 4.90, and who comes to the shop takes
 * the goods along.
 */
public final class Orders {

    private static final int BEFORE = 4000;
    private static final int TODAY = 120;

    /** Of those of today. */
    private static final int WRONG = 8;

    private Orders() {}

    /**
     * An order.
     *
     * @param channel how it came: web, shop or telephone
     * @param delivery how it goes out: parcel, courier or none
     * @param items the number of items
     * @param amount what they cost
     * @param fee what paying costs
     * @param shipping what sending costs
     * @param days how many days it takes
     */
    private record Order(
            String channel,
            String delivery,
            int items,
            double amount,
            double fee,
            double shipping,
            int days) {

        static Order draw(Random random) {
            String channel =
                    List.of("web", "web", "web", "shop", "telephone").get(random.nextInt(5));
            int items = 1 + (int) (-2 * Math.log(1 - random.nextDouble()));
            double amount = cents(items * 20 * Math.exp(0.35 * random.nextGaussian()));
            String delivery =
                    "shop".equals(channel) ? "none" : random.nextInt(5) == 0 ? "courier" : "parcel";
            double fee =
                    switch (channel) {
                        case "web" -> cents(0.02 * amount);
                        case "shop" -> 0;
                        default -> 1.5;
                    };
            return switch (delivery) {
                case "courier" ->
                        new Order(
                                channel, delivery, items, amount, fee, 12.9, 1 + random.nextInt(2));
                case "parcel" ->
                        new Order(
                                channel, delivery, items, amount, fee, 4.9, 2 + random.nextInt(5));
                default -> new Order(channel, delivery, items, amount, fee, 0, 0);
            };
        }

        /** Each wrong value is an ordinary one of its column, and wrong only beside the others. */
        Order wrong(int kind) {
            return switch (kind % 4) {
                case 0 -> new Order(channel, delivery, items, amount, fee + 1.5, shipping, days);
                case 1 ->
                        new Order(
                                channel,
                                delivery,
                                items,
                                amount,
                                fee,
                                shipping == 4.9 ? 12.9 : 4.9,
                                days);
                case 2 -> new Order(channel, delivery, items + 9, amount, fee, shipping, days);
                default ->
                        new Order(
                                channel, delivery, items, amount, fee, shipping, days == 0 ? 4 : 0);
            };
        }

        private String line(int number) {
            return String.format(
                    Locale.ROOT,
                    "A%d,%s,%s,%d,%.2f,%.2f,%.2f,%d",
                    number,
                    channel,
                    delivery,
                    items,
                    amount,
                    fee,
                    shipping,
                    days);
        }

        private static double cents(double value) {
            return Math.rint(100 * value) / 100;
        }
    }

    /**
     * Writes orders.csv, 4,000 orders that are right, and today.csv, 120 of which 8 are wrong.
     *
     * @param folder where they go
     * @return the numbers of the wrong orders, such as A14017
     * @throws IOException if a file cannot be written
     */
    public static List<String> write(Path folder) throws IOException {
        Random random = new Random(7);
        List<Order> before = draw(random, BEFORE);
        write(folder.resolve("orders.csv"), 10_000, before);
        List<Order> today = draw(random, TODAY);
        List<Integer> order = new ArrayList<>(IntStream.range(0, TODAY).boxed().toList());
        Collections.shuffle(order, random);
        List<Integer> wrong = order.subList(0, WRONG).stream().sorted().toList();
        for (int k = 0; k < WRONG; k++) {
            today.set(wrong.get(k), today.get(wrong.get(k)).wrong(k));
        }
        write(folder.resolve("today.csv"), 10_000 + BEFORE, today);
        return wrong.stream().map(i -> "A" + (10_000 + BEFORE + i)).toList();
    }

    private static List<Order> draw(Random random, int count) {
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            orders.add(Order.draw(random));
        }
        return orders;
    }

    private static void write(Path file, int first, List<Order> orders) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("order,channel,delivery,items,amount,fee,shipping,days");
        for (int i = 0; i < orders.size(); i++) {
            lines.add(orders.get(i).line(first + i));
        }
        Files.write(file, lines);
    }

    /**
     * Writes the files.
     *
     * @param args the folder
     * @throws IOException if a file cannot be written
     */
    public static void main(String[] args) throws IOException {
        System.out.println(write(Path.of(args[0])));
    }
}
