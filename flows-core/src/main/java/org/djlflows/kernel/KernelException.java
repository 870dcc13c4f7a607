package org.djlflows.kernel;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A kernel that does not compile or does not run; the message names kernel, line and shapes. */
public final class KernelException extends EngineException {

    private static final long serialVersionUID = 1L;

    private static final Pattern FRAME =
            Pattern.compile("File \"code/__torch__/(\\w+?)_\\d+\\.py\", line (\\d+)");
    private static final Pattern MARKED_LINE = Pattern.compile("\n([^\n]*)\n[^\n]*<--- HERE");
    private static final Pattern CAUSE = Pattern.compile("(?s)RuntimeError: (.*)$");

    private KernelException(String message, Throwable cause) {
        super(message, cause);
    }

    static KernelException compiling(String kernel, EngineException e) {
        // The compiler names the innermost file first, then all that led there.
        String text = e.getMessage().strip();
        int callers = text.indexOf("' is being compiled since it was called from");
        if (callers >= 0) {
            text = text.substring(0, text.lastIndexOf('\n', callers));
        }
        return new KernelException("Kernel " + kernel + " does not compile: " + text, e);
    }

    static KernelException running(String kernel, String function, NDList inputs, Throwable e) {
        String trace = String.valueOf(e.getMessage());
        StringBuilder message = new StringBuilder("Kernel ");
        message.append(kernel).append('.').append(function).append(" failed");
        // The interpreter names the innermost frame last.
        String where = null;
        Matcher frame = FRAME.matcher(trace);
        while (frame.find()) {
            where = frame.group(1) + ".py line " + frame.group(2);
        }
        String line = null;
        Matcher marked = MARKED_LINE.matcher(trace);
        while (marked.find()) {
            line = marked.group(1).strip();
        }
        if (where != null && line != null) {
            message.append(" at ").append(where).append(": `").append(line).append('`');
        }
        Matcher cause = CAUSE.matcher(trace);
        message.append(": ").append(cause.find() ? cause.group(1).strip() : trace.strip());
        message.append(" [called with");
        for (NDArray input : inputs) {
            message.append(' ').append(input.getShape()).append(' ').append(input.getDataType());
        }
        return new KernelException(message.append(']').toString(), e);
    }
}
