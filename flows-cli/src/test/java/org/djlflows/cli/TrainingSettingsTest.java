package org.djlflows.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What the options of {@code flows train} set reaches the run. */
class TrainingSettingsTest {

    private static final String USUAL =
            "--transforms 2 --hidden 4 --bins 4 --epochs 2 --batch-size 8";

    @TempDir private Path folder;

    @RegisterExtension private final Terminal terminal = new Terminal();

    private Path data;

    @BeforeEach
    void write() throws IOException {
        Random random = new Random(6);
        List<String> lines = new ArrayList<>(List.of("a,b"));
        for (int i = 0; i < 110; i++) {
            double a = random.nextGaussian();
            lines.add(a + "," + (a * a + 0.3 * random.nextGaussian()));
        }
        data = Files.write(folder.resolve("data.csv"), lines);
    }

    /** Trains and returns the weights. */
    private byte[] trained(String options) throws IOException {
        Path model = folder.resolve("model");
        terminal.runs("train", data, "--out", model, options);
        return Files.readAllBytes(model.resolve("model.safetensors"));
    }

    /** The batch of 500 becomes a tenth of 88 rows, 8. */
    @Test
    void theSameSettingsGiveTheSameWeights() throws IOException {
        byte[] usual = trained(USUAL);
        assertArrayEquals(usual, trained(USUAL + " --seed 0 --weight-decay 0 --bound 5"));
        assertArrayEquals(usual, trained(USUAL.replace("size 8", "size 500")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--transforms 3",
                "--hidden 5",
                "--bins 6",
                "--bound 2",
                "--constraint soft-clip",
                "--activation tanh",
                "--masks second-half",
                "--mixing reversal",
                "--epochs 3",
                "--batch-size 5",
                "--learning-rate 0.02",
                "--weight-decay 0.7",
                "--seed 1",
                "--split modulo"
            })
    void eachOptionCounts(String option) throws IOException {
        String name = option.substring(0, option.indexOf(' '));
        String changed = USUAL.replaceAll(name + " \\S+", "") + " " + option;
        byte[] usual = trained(USUAL);
        assertFalse(Arrays.equals(usual, trained(changed.strip().replaceAll(" +", " "))));
    }

    /** A rate of nothing improves nothing after the first epoch. */
    @Test
    void patienceIsCountedInEpochs() throws IOException {
        trained(USUAL.replace("epochs 2", "epochs 9") + " --learning-rate 1e-30 --patience 2");
        String text = terminal.printed();
        assertTrue(text.contains("epoch 3/9") && !text.contains("epoch 4/9"), text);
        assertTrue(text.contains("weights of epoch 1 of 3"), text);
    }
}
