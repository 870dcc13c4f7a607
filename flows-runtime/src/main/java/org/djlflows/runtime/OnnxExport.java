package org.djlflows.runtime;

import org.djlflows.files.WholeFile;
import org.djlflows.spec.Direction;
import org.djlflows.spec.Specs;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes a trained flow over numbers as an ONNX file, of standard operators (version 17) without
 * loops, which ONNX Runtime and others run in whatever language.
 *
 * <p>From data to noise the input is {@code x}, float32 (rows, features) in the units of the data
 * as a flow takes them, without constant columns and less offsets ({@link
 * RowEncoding#featureLabels}); the outputs are {@code log_prob} in nats, (rows), and {@code z}, the
 * noise. From noise to data the input is {@code z}, the outputs are {@code x} and {@code log_det},
 * (rows), of that direction. Given a context, a second input {@code context} has it. Values outside
 * the domain of their column make NaN.
 *
 * <p>Numbers are those of {@link Scorer} to the rounding of float32. The file says what its inputs
 * and outputs are, and has the configuration of the model in its metadata, as {@code config}.
 */
public final class OnnxExport {

    private OnnxExport() {}

    /**
     * Writes a file.
     *
     * @param folder a model folder
     * @param direction whether the file makes log-densities of data, or data of noise
     * @param file the file
     * @throws UnsupportedFlowException if a layer takes a loop in that direction, or the flow is
     *     none over numbers that {@link Scorer} evaluates
     * @throws IOException if the model cannot be loaded, as {@link Scorer#load} says, or the file
     *     cannot be written
     */
    public static void write(Path folder, Direction direction, Path file) throws IOException {
        Scorer scorer = load(folder);
        if (!(scorer.density() instanceof VectorDensity density)) {
            throw refusal(
                    "expected a flow over numbers, got "
                            + Specs.name(scorer.config().flow().getClass()));
        }
        RowEncoding encoding = new RowEncoding(scorer.config());
        byte[] model =
                density.graph(
                                direction,
                                String.join(", ", encoding.featureLabels()),
                                String.join(", ", encoding.contextLabels()))
                        .model(Specs.hyphened(direction.name()), scorer.config().toJson());
        WholeFile.write(file, out -> out.write(model));
    }

    private static Scorer load(Path folder) throws IOException {
        try {
            return Scorer.load(folder);
        } catch (IOException e) {
            if (e.getCause() instanceof UnsupportedFlowException unsupported) {
                throw refusal(unsupported.getMessage());
            }
            throw e;
        }
    }

    private static UnsupportedFlowException refusal(String message) {
        return new UnsupportedFlowException(
                "OnnxExport: " + message + "; a TorchScript file takes every flow");
    }
}
