package org.djlflows.zoo;

import ai.djl.Application;
import ai.djl.repository.AbstractRepository;
import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.Metadata;

import org.djlflows.translate.FlowTranslatorFactory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Model folders among the resources beside this class. DJL copies one into its cache when it is
 * loaded first.
 */
final class ResourceRepository extends AbstractRepository {

    private static final List<String> FILES =
            List.of("config.json", "model.safetensors", "serving.properties");
    private static final String VERSION = "1.0";
    private static final String CONTENT = "content";

    ResourceRepository() {
        super("flows", URI.create("resource:/"));
    }

    /** Has models copied into the cache. */
    @Override
    public boolean isRemote() {
        return true;
    }

    @Override
    public Metadata locate(MRL mrl) throws IOException {
        String id = mrl.getArtifactId();
        Artifact artifact = new Artifact();
        artifact.setName(id);
        artifact.setVersion(VERSION);
        artifact.getArguments().put("translatorFactory", FlowTranslatorFactory.class.getName());
        Map<String, Artifact.Item> files = new TreeMap<>();
        MessageDigest content = sha256();
        for (String name : FILES) {
            URL resource = ResourceRepository.class.getResource(id + "/" + name);
            if (resource == null) {
                throw new FileNotFoundException(
                        "FlowZoo: expected a resource " + id + "/" + name + ", found none");
            }
            byte[] bytes;
            try (InputStream stream = resource.openStream()) {
                bytes = stream.readAllBytes();
            }
            content.update(bytes);
            Artifact.Item item = new Artifact.Item();
            item.setUri(resource.toString());
            item.setName(name);
            item.setType("file");
            item.setExtension("");
            item.setSize(bytes.length);
            files.put(name, item);
        }
        artifact.setFiles(files);
        artifact.setProperties(Map.of(CONTENT, HexFormat.of().formatHex(content.digest())));
        Metadata metadata = new Metadata();
        metadata.setGroupId(mrl.getGroupId());
        metadata.setArtifactId(id);
        metadata.setApplication(Application.UNDEFINED);
        metadata.setRepositoryUri(mrl.toURI());
        metadata.setArtifacts(List.of(artifact));
        return metadata;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** Keeps models apart by their content: DJL would give a new one the old one's place. */
    @Override
    public Path getResourceDirectory(Artifact artifact) throws IOException {
        Path place = super.getResourceDirectory(artifact);
        return place.resolve(artifact.getProperties().get(CONTENT).substring(0, 16));
    }

    @Override
    public Artifact resolve(MRL mrl, Map<String, String> filter) throws IOException {
        return mrl.match(filter);
    }

    /** Returns nothing: the zoo knows its models. */
    @Override
    public List<MRL> getResources() {
        return List.of();
    }
}
