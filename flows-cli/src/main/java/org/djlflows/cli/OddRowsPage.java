package org.djlflows.cli;

import org.djlflows.anomaly.RowScore;
import org.djlflows.console.Console;
import org.djlflows.files.WholeFile;
import org.djlflows.runtime.Explanation;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A page of HTML about the oddest rows of a table. It needs no network, and runs no script: texts
 * of files are escaped, and the page forbids what could come of one that is not.
 *
 * @param heading what the page is about
 * @param kept the names of what is carried along with each row
 * @param most how many cells of each row are shown
 */
record OddRowsPage(String heading, List<String> kept, int most) {

    /** The width of the longest bar, in pixels. */
    private static final int BAR = 160;

    private static final String HEAD =
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy"
                  content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>TITLE</title>
            <style>
            body { font: 15px/1.45 sans-serif; color: #333; max-width: 960px; margin: 2em auto;
                   padding: 0 1em }
            h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin: 1.8em 0 0.2em }
            table { border-collapse: collapse; width: 100% }
            th, td { text-align: left; padding: 3px 12px 3px 0; vertical-align: top;
                     overflow-wrap: anywhere }
            th { font-weight: normal; color: #666; border-bottom: 1px solid #b0b0b0 }
            td { border-bottom: 1px solid #eee }
            th.n, td.n { text-align: right; white-space: nowrap;
                         font-variant-numeric: tabular-nums }
            td.bar { white-space: nowrap; width: 220px }
            p.note { color: #666; margin-top: 0 }
            .alarm { color: #a63c00; font-weight: bold }
            svg { max-width: 100%; height: auto; vertical-align: middle }
            </style>
            </head>
            <body>
            <h1>TITLE</h1>
            """;

    private static final String READING =
            """
            <p>The anomaly score of a row is the greater the odder it is, by the density that the
            model has learned and by the distance from rows of training. Its p-value is the share
            of usual rows, which training never saw, that are as odd or odder. A bar is the share
            that a cell has in the score of its row. What was expected in a cell is said given the
            other cells of the row: the median and, in brackets, the 90 % in the middle, or the
            most probable level; the probability is that of a cell which is as far out.</p>
            """;

    /**
     * Writes the page.
     *
     * @param file the file
     * @param all what was counted of all rows
     * @param rows the oddest, first the oddest
     * @throws IOException if it cannot be written
     */
    void write(Path file, OddestRows all, List<ExplainedRow> rows) throws IOException {
        byte[] page = html(all, rows).getBytes(StandardCharsets.UTF_8);
        WholeFile.write(file, out -> out.write(page));
    }

    String html(OddestRows all, List<ExplainedRow> rows) {
        StringBuilder page = new StringBuilder(HEAD.replace("TITLE", escaped(heading)));
        page.append("<p>").append(counts(all)).append("</p>\n").append(READING);
        page.append(all.histogram().svg()).append('\n');
        overview(page, all, rows);
        rows.forEach(row -> section(page, all, row));
        return page.append("</body>\n</html>\n").toString();
    }

    private static String counts(OddestRows all) {
        int calibration = all.conformal().scores().length;
        StringBuilder text = new StringBuilder(format("%,d rows were scored", all.scored()));
        if (all.scored() < all.rows()) {
            text.append(
                    format(
                            ", and %,d left out, of which a cell cannot be in its column",
                            all.rows() - all.scored()));
        }
        return all.rate() > 0
                ? text.append(
                                format(
                                        ". <b>%,d</b> (%.2f %%) are called odd, with a p-value of %s"
                                                + " or less; of rows like the %,d calibration rows"
                                                + " it would be %s %%.",
                                        all.marked(),
                                        100.0 * all.marked() / Math.max(1, all.scored()),
                                        number(all.rate()),
                                        calibration,
                                        number(100 * all.rate())))
                        .toString()
                : text.append(
                                format(
                                        ". None is called odd by a threshold, since %,d calibration"
                                                + " rows tell no p-values below %s apart.",
                                        calibration, number(all.conformal().resolution())))
                        .toString();
    }

    private void overview(StringBuilder page, OddestRows all, List<ExplainedRow> rows) {
        page.append("<h2>").append(format("The %,d oddest rows", rows.size())).append("</h2>\n");
        page.append("<table>\n<tr><th class=\"n\">row</th>");
        kept.forEach(name -> page.append("<th>").append(escaped(name)).append("</th>"));
        page.append("<th class=\"n\">score</th><th class=\"n\">p-value</th>");
        page.append("<th>greatest share</th><th></th></tr>\n");
        for (ExplainedRow row : rows) {
            RowScore score = row.explanation().score();
            Explanation.Cell first = row.explanation().cells().get(0);
            String number = escaped(row.begun().get(0));
            page.append("<tr><td class=\"n\"><a href=\"#row").append(number).append("\">");
            page.append(number).append("</a></td>");
            row.begun()
                    .subList(1, row.begun().size())
                    .forEach(cell -> page.append("<td>").append(escaped(cell)).append("</td>"));
            cell(page, "n", number(score.score().orElseThrow()));
            double pValue = score.pValue().orElseThrow();
            cell(page, all.isMarked(pValue) ? "n alarm" : "n", number(pValue));
            page.append("<td><b>").append(escaped(first.column())).append("</b></td>");
            page.append("<td>").append(escaped(first.sentence())).append("</td></tr>\n");
        }
        page.append("</table>\n");
    }

    private void section(StringBuilder page, OddestRows all, ExplainedRow row) {
        Explanation explanation = row.explanation();
        double pValue = explanation.score().pValue().orElseThrow();
        page.append("<h2 id=\"row").append(escaped(row.begun().get(0))).append("\">");
        page.append(escaped(row.title(kept))).append("</h2>\n<p class=\"note\">anomaly score ");
        page.append(number(explanation.score().score().orElseThrow())).append(", p-value ");
        page.append(number(pValue));
        page.append(all.isMarked(pValue) ? ", <span class=\"alarm\">called odd</span>" : "");
        page.append("</p>\n<table>\n<tr><th>column</th><th>share of the score</th>");
        page.append("<th>came</th><th>expected</th><th class=\"n\">probability</th></tr>\n");
        double[] shares = explanation.relativeShares();
        double longest = Arrays.stream(shares).max().orElse(1);
        List<Explanation.Cell> cells = explanation.cells();
        for (int j = 0; j < Math.min(most, cells.size()); j++) {
            Explanation.Cell cell = cells.get(j);
            page.append("<tr><td><b>").append(escaped(cell.column())).append("</b></td>");
            page.append("<td class=\"bar\">").append(bar(shares[j], longest)).append("</td>");
            cell(page, "", cell.came().isEmpty() ? "missing" : escaped(cell.came()));
            String range =
                    cell.low().isEmpty()
                            ? ""
                            : " (" + escaped(cell.low()) + " to " + escaped(cell.high()) + ')';
            cell(page, "", escaped(cell.expected()) + range);
            cell(page, "n", number(cell.probability()));
            page.append("</tr>\n");
        }
        page.append("</table>\n");
        if (most < cells.size()) {
            double rest = Arrays.stream(shares).skip(most).sum();
            page.append(
                    format(
                            "<p class=\"note\">and %d more columns: %.0f %%</p>%n",
                            cells.size() - most, 100 * rest));
        }
    }

    private static void cell(StringBuilder page, String kind, String html) {
        page.append("<td class=\"").append(kind).append("\">").append(html).append("</td>");
    }

    private static String bar(double part, double longest) {
        double width = longest > 0 ? BAR * part / longest : 0;
        return format(
                "<svg width=\"%d\" height=\"12\" role=\"img\" aria-label=\"%.0f %%\"><rect"
                        + " width=\"%.1f\" height=\"12\" fill=\"#D55E00\"/></svg> %.0f %%",
                BAR, 100 * part, width, 100 * part);
    }

    /** Writes a number with as many digits as one looks at. */
    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "infinite" : "\u2212infinite";
        }
        boolean plain = value == 0 || Math.abs(value) >= 1e-4;
        return plain
                ? new BigDecimal(value)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString()
                : format("%.1e", value);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** Escapes what has a meaning in HTML, also within quotes. */
    private static String escaped(String text) {
        return Console.printable(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
