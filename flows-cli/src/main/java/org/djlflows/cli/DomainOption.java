package org.djlflows.cli;

import org.djlflows.spec.Domain;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The option that says which values columns can have. */
final class DomainOption {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

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
            if (end < 0) {
                throw refused("expected COL=DOMAIN, got " + text);
            }
            Domain domain;
            try {
                domain = Domain.parse(text.substring(end + 1));
            } catch (IllegalArgumentException e) {
                throw refused(e.getMessage());
            }
            if (domains.put(text.substring(0, end), domain) != null) {
                throw refused("expected one domain of " + text.substring(0, end) + ", got two");
            }
        }
        return domains;
    }

    private ParameterException refused(String message) {
        return new ParameterException(spec.commandLine(), "--domain: " + message);
    }
}
