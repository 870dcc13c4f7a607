package org.djlflows.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/** Runs files in ONNX Runtime, which knows nothing of this library. */
final class OnnxFiles {

    private OnnxFiles() {}

    /**
     * Runs a file on rows.
     *
     * @param model the file
     * @param name the input that is not the context
     * @param values its rows
     * @param given those of the context, empty if there is none
     * @param rows the number of rows
     * @return the outputs by their names, each with as many rows
     */
    static Map<String, float[]> run(
            byte[] model, String name, float[] values, float[] given, int rows)
            throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> inputs = new HashMap<>();
        Map<String, float[]> outputs = new HashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession session = session(environment, model, options)) {
            inputs.put(name, tensor(environment, values, rows));
            if (given.length > 0) {
                inputs.put("context", tensor(environment, given, rows));
            }
            try (OrtSession.Result result = session.run(inputs)) {
                for (Map.Entry<String, OnnxValue> output : result) {
                    OnnxTensor tensor = (OnnxTensor) output.getValue();
                    assertEquals(rows, tensor.getInfo().getShape()[0]);
                    FloatBuffer buffer = tensor.getFloatBuffer();
                    float[] copy = new float[buffer.remaining()];
                    buffer.get(copy);
                    outputs.put(output.getKey(), copy);
                }
            }
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
        return outputs;
    }

    private static OrtSession session(
            OrtEnvironment environment, byte[] model, OrtSession.SessionOptions options)
            throws OrtException {
        // Threads of its own would take longer to start than the rows to run.
        options.setIntraOpNumThreads(1);
        return environment.createSession(model, options);
    }

    private static OnnxTensor tensor(OrtEnvironment environment, float[] values, int rows)
            throws OrtException {
        long[] shape = {rows, values.length / rows};
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
    }
}
