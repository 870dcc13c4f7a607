package org.djlflows.translate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A Java process that loads a model folder through Criteria and scores rows. */
final class AnotherProcess {

    private AnotherProcess() {}

    /** Returns what another process makes of the rows. */
    static float[] logDensities(Path model, NDList rows) throws Exception {
        Path in = model.resolveSibling("rows");
        Path out = model.resolveSibling("log-densities");
        Path log = model.resolveSibling("log");
        Files.write(in, rows.encode());
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-Dai.djl.offline=true",
                                "-DOPT_OUT_TRACKING=true",
                                "-cp",
                                System.getProperty("java.class.path"),
                                AnotherProcess.class.getName(),
                                model.toString(),
                                in.toString(),
                                out.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), "ends in time");
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(log, StandardCharsets.ISO_8859_1);
        assertEquals(0, process.exitValue(), said);
        try (InputStream stream = Files.newInputStream(out);
                NDManager manager = NDManager.newBaseManager()) {
            return NDList.decode(manager, stream).get(0).toFloatArray();
        }
    }

    public static void main(String[] args) throws Exception {
        try (NDManager manager = NDManager.newBaseManager();
                InputStream stream = Files.newInputStream(Path.of(args[1]))) {
            float[] flat = NDList.decode(manager, stream).get(0).toFloatArray();
            float[][] rows = Rows.split(flat, flat.length / 3, 3);
            float[] scores =
                    SmallModels.predict(Path.of(args[0]), float[][].class, float[].class, rows);
            Files.write(Path.of(args[2]), new NDList(manager.create(scores)).encode());
        }
    }
}
