package org.djlflows.evaluation;

import org.djlflows.evaluation.Finding.Verdict;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What checks found; as text, a line for each subject with its worst verdict.
 *
 * @param findings the findings, in the order of the checks
 */
public record CheckReport(List<Finding> findings) {

    /**
     * Copies the findings.
     *
     * @param findings the findings
     */
    public CheckReport {
        findings = List.copyOf(findings);
    }

    /**
     * Tells whether nothing is wrong.
     *
     * @return whether no finding is {@link Verdict#WRONG}
     */
    public boolean isRight() {
        return of(Verdict.WRONG).isEmpty();
    }

    /**
     * Returns the findings of one verdict.
     *
     * @param verdict the verdict
     * @return those, which may be none
     */
    public List<Finding> of(Verdict verdict) {
        return findings.stream().filter(finding -> finding.verdict() == verdict).toList();
    }

    /**
     * Returns this report with another one behind it.
     *
     * @param other the other one
     * @return both
     */
    public CheckReport and(CheckReport other) {
        List<Finding> all = new ArrayList<>(findings);
        all.addAll(other.findings);
        return new CheckReport(all);
    }

    /**
     * Returns the report as lines.
     *
     * @return for each subject the worst verdict, its name and all that was found
     */
    @Override
    public String toString() {
        Map<String, List<Finding>> bySubject =
                findings.stream()
                        .collect(
                                Collectors.groupingBy(
                                        Finding::subject, LinkedHashMap::new, Collectors.toList()));
        int width = bySubject.keySet().stream().mapToInt(String::length).max().orElse(0);
        return bySubject.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue(), width))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static String line(String subject, List<Finding> findings, int width) {
        Verdict worst =
                findings.stream()
                        .map(Finding::verdict)
                        .max(Comparator.naturalOrder())
                        .orElseThrow();
        return String.format(
                Locale.ROOT,
                "%-7s  %-" + Math.max(1, width) + "s  %s",
                worst,
                subject,
                findings.stream().map(Finding::toString).collect(Collectors.joining("; ")));
    }
}
