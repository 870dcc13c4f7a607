package org.djlflows.cli;

import org.djlflows.spec.Domain;

import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The option that says which values columns can have. */
final class DomainOption {

    @Option(
            names = "--domain",
            paramLabel = "COL=DOMAIN,..",
            converter = Names.Converter.class,
            description = {
                "Which values columns can have: half-line:A (above A), interval:A:B (between),"
                        + " circle:A:B (B is A again, as of angles and times of day).",
                Names.QUOTING
            })
    private List<Names> options = new ArrayList<>();

    /** Returns the domains by the names of columns. */
    Map<String, Domain> domains() {
        Map<String, Domain> domains = new LinkedHashMap<>();
        for (String text : Names.all(options)) {
            int end = text.lastIndexOf('=');
            WrongArguments.require(end >= 0, "--domain: expected COL=DOMAIN", text);
            String column = text.substring(0, end);
            Domain other = domains.put(column, domain(text.substring(end + 1)));
            WrongArguments.require(
                    other == null, "--domain: expected one domain of " + column, "two");
        }
        return domains;
    }

    private static Domain domain(String text) {
        try {
            return Domain.parse(text);
        } catch (IllegalArgumentException e) {
            throw new WrongArguments("--domain: " + e.getMessage());
        }
    }
}
