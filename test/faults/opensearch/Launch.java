import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node of OpenSearch on this machine until standard input ends. Arguments: folder, port. */
public class Launch {
  public static void main(String[] arguments) throws Exception {
    String folder = arguments[0];
    int port = Integer.parseInt(arguments[1]);
    OpenSearchRunner runner = new OpenSearchRunner();
    runner.setMaxHttpPort(port);
    runner.build(
        OpenSearchRunner.newConfigs()
            // A name of its own: nodes of one name on one machine find each other.
            .clusterName("problemchild-" + port)
            .numOfNode(1)
            .basePath(folder)
            .baseHttpPort(port - 1));
    runner.ensureYellow();
    System.out.println("ready");
    System.out.flush();
    while (System.in.read() >= 0) {}
    runner.close();
    System.exit(0);
  }
}
