package clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The programs of KUBEBUILDER_ASSETS, started with the flags that fabric8's kube-api-test 8 gives them, on certificates that it
 * makes: the server's and the client's sign themselves, and the flags that it repeats are repeated.
 */
class EnvtestTest {

  @TempDir
  Path folder;

  @Test
  void aServerStartedAsKubeApiTestDoesServesItsAdministrator() throws Exception {
    selfSigned("CN=example.org", "apiserver", new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
    selfSigned("O=system:masters,CN=kubeapitest", "client");
    int etcdPort = freePort();
    int port = freePort();
    Process etcd = start("etcd", "-data-dir", path("data"), "-wal-dir", path("wal"),
        "--listen-client-urls", "http://0.0.0.0:" + etcdPort,
        "--advertise-client-urls", "http://0.0.0.0:" + etcdPort,
        "--initial-cluster", "default=http://localhost:" + freePort());
    Process server = start("kube-apiserver", "--cert-dir", folder.toString(), "--secure-port", "" + port,
        "--etcd-servers", "http://0.0.0.0:" + etcdPort,
        "--authorization-mode", "RBAC",
        "--service-account-issuer", "https://localhost",
        "--service-account-signing-key-file", path("apiserver.key"),
        "--service-account-signing-key-file", path("apiserver.key"),
        "--service-account-key-file", path("apiserver.key"),
        "--service-account-issuer", path("apiserver.crt"),
        "--disable-admission-plugins", "ServiceAccount",
        "--client-ca-file", path("client.crt"),
        "--service-cluster-ip-range", "10.0.0.0/24",
        "--allow-privileged");
    try (KubernetesClient client = new KubernetesClientBuilder().withConfig(administrator(port)).build()) {
      untilReady(client, server);
      assertNotNull(client.namespaces().withName("default").get());
      client.resource(new ConfigMapBuilder().withNewMetadata().withName("c").withNamespace("default").endMetadata()
          .build()).create();
      client.resource(new ServiceAccountBuilder().withNewMetadata().withName("a").withNamespace("default").endMetadata()
          .build()).create();
      var token = client.serviceAccounts().inNamespace("default").withName("a")
          .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build());
      assertEquals(List.of("https://localhost", path("apiserver.crt")), token.getSpec().getAudiences());
    } finally {
      for (Process process : List.of(server, etcd)) process.destroyForcibly().waitFor();
    }
  }

  private Config administrator(int port) throws IOException {
    return new ConfigBuilder(Config.empty()).withMasterUrl("https://127.0.0.1:" + port)
        .withCaCertFile(path("apiserver.crt")).withClientCertFile(path("client.crt")).withClientKeyFile(path("client.key"))
        .withRequestRetryBackoffLimit(0).build();
  }

  private static void untilReady(KubernetesClient client, Process server) throws InterruptedException {
    for (int turn = 0; turn < 300 && server.isAlive(); turn++) {
      try {
        if ("ok".equals(client.raw("/readyz"))) return;
      } catch (KubernetesClientException notYet) {
        // It does not listen yet.
      }
      Thread.sleep(200);
    }
    throw new AssertionError("the server does not get ready");
  }

  private Process start(String program, String... flags) throws IOException {
    String file = Path.of(System.getenv("KUBEBUILDER_ASSETS"), program).toString();
    return new ProcessBuilder(Stream.concat(Stream.of(file), Stream.of(flags)).toList())
        .redirectErrorStream(true).redirectOutput(folder.resolve(program + ".log").toFile()).start();
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void selfSigned(String subject, String file, GeneralName... names) throws Exception {
    KeyPair keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    Instant now = Instant.now();
    X500Name name = new X500Name(subject);
    var certificate = new JcaX509v3CertificateBuilder(name, BigInteger.valueOf(now.toEpochMilli()), Date.from(now),
        Date.from(now.plus(1, ChronoUnit.DAYS)), name, keys.getPublic());
    if (names.length > 0) certificate.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    var signed = certificate.build(new JcaContentSignerBuilder("SHA256WithRSA").build(keys.getPrivate()));
    for (var part : Map.of(".crt", signed, ".key", keys.getPrivate()).entrySet()) {
      try (var writer = new JcaPEMWriter(Files.newBufferedWriter(folder.resolve(file + part.getKey())))) {
        writer.writeObject(part.getValue());
      }
    }
  }
}
