using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Mig.Machines.Inventories.Languages;

/// <summary>
/// Finds the names that Maven has for an archive which does not say them itself. Source: maven-bundle-plugin, "Default Behavior"; POM
/// reference, "Maven Coordinates".
/// </summary>
internal static partial class MavenCoordinates
{
    // Archives whose manifest names them otherwise, by the name of the file.
    private static readonly Dictionary<string, string> Known = new()
    {
        ["activation"] = "javax.activation", ["ant"] = "org.apache.ant", ["antlr"] = "antlr", ["antlr4-runtime"] = "org.antlr",
        ["aopalliance"] = "aopalliance", ["asm"] = "org.ow2.asm",
        ["asm-analysis"] = "org.ow2.asm", ["asm-commons"] = "org.ow2.asm", ["asm-tree"] = "org.ow2.asm", ["asm-util"] = "org.ow2.asm",
        ["bcel"] = "org.apache.bcel", ["bcpkix-jdk18on"] = "org.bouncycastle",
        ["bcprov-jdk15on"] = "org.bouncycastle", ["bcprov-jdk18on"] = "org.bouncycastle", ["bsh"] = "org.apache-extras.beanshell",
        ["c3p0"] = "com.mchange", ["cglib"] = "cglib", ["checker-qual"] = "org.checkerframework",
        ["commons-beanutils"] = "commons-beanutils", ["commons-cli"] = "commons-cli", ["commons-codec"] = "commons-codec",
        ["commons-collections"] = "commons-collections", ["commons-collections4"] = "org.apache.commons",
        ["commons-compress"] = "org.apache.commons", ["commons-configuration2"] = "org.apache.commons",
        ["commons-fileupload"] = "commons-fileupload", ["commons-httpclient"] = "commons-httpclient", ["commons-io"] = "commons-io",
        ["commons-lang"] = "commons-lang", ["commons-lang3"] = "org.apache.commons", ["commons-logging"] = "commons-logging",
        ["commons-net"] = "commons-net", ["commons-text"] = "org.apache.commons", ["dom4j"] = "org.dom4j",
        ["error_prone_annotations"] = "com.google.errorprone", ["failureaccess"] = "com.google.guava", ["gson"] = "com.google.code.gson",
        ["guava"] = "com.google.guava", ["guice"] = "com.google.inject", ["h2"] = "com.h2database",
        ["hamcrest"] = "org.hamcrest", ["hamcrest-core"] = "org.hamcrest", ["hsqldb"] = "org.hsqldb",
        ["httpclient"] = "org.apache.httpcomponents", ["httpcore"] = "org.apache.httpcomponents", ["icu4j"] = "com.ibm.icu",
        ["j2objc-annotations"] = "com.google.j2objc", ["jackson-annotations"] = "com.fasterxml.jackson.core",
        ["jackson-core"] = "com.fasterxml.jackson.core", ["jackson-databind"] = "com.fasterxml.jackson.core",
        ["jakarta.activation-api"] = "jakarta.activation", ["javax.inject"] = "javax.inject", ["javax.servlet-api"] = "javax.servlet",
        ["jcl-over-slf4j"] = "org.slf4j", ["jdom"] = "org.jdom", ["jdom2"] = "org.jdom",
        ["jline"] = "jline", ["jna"] = "net.java.dev.jna", ["joda-time"] = "joda-time", ["jsch"] = "com.jcraft", ["json"] = "org.json",
        ["json-smart"] = "net.minidev", ["jsoup"] = "org.jsoup", ["jsr305"] = "com.google.code.findbugs",
        ["jul-to-slf4j"] = "org.slf4j", ["junit"] = "junit", ["log4j"] = "log4j", ["log4j-api"] = "org.apache.logging.log4j",
        ["log4j-core"] = "org.apache.logging.log4j", ["logback-classic"] = "ch.qos.logback",
        ["logback-core"] = "ch.qos.logback", ["lz4-java"] = "org.lz4", ["mail"] = "javax.mail",
        ["mariadb-java-client"] = "org.mariadb.jdbc", ["mysql-connector-j"] = "com.mysql", ["mysql-connector-java"] = "mysql",
        ["netty"] = "io.netty", ["netty-all"] = "io.netty", ["ognl"] = "ognl", ["okhttp"] = "com.squareup.okhttp3",
        ["postgresql"] = "org.postgresql", ["protobuf-java"] = "com.google.protobuf", ["quartz"] = "org.quartz-scheduler",
        ["rhino"] = "org.mozilla", ["servlet-api"] = "javax.servlet", ["slf4j-api"] = "org.slf4j", ["slf4j-simple"] = "org.slf4j",
        ["snakeyaml"] = "org.yaml", ["snappy-java"] = "org.xerial.snappy", ["spring-beans"] = "org.springframework",
        ["spring-boot"] = "org.springframework.boot", ["spring-context"] = "org.springframework", ["spring-core"] = "org.springframework",
        ["spring-expression"] = "org.springframework", ["spring-web"] = "org.springframework",
        ["spring-webmvc"] = "org.springframework", ["sqlite-jdbc"] = "org.xerial", ["struts2-core"] = "org.apache.struts",
        ["tomcat-embed-core"] = "org.apache.tomcat.embed", ["velocity"] = "org.apache.velocity",
        ["woodstox-core"] = "com.fasterxml.woodstox", ["xalan"] = "xalan", ["xercesImpl"] = "xerces", ["xml-apis"] = "xml-apis",
        ["xmlsec"] = "org.apache.santuario", ["xstream"] = "com.thoughtworks.xstream", ["xz"] = "org.tukaani",
    };

    // Families of archives, by how their names begin; the first that fits. Many of them are built by Gradle, which leaves no coordinates
    // inside.
    private static readonly (string Start, string Group)[] Families =
    [
        ("spring-boot", "org.springframework.boot"), ("spring-security-", "org.springframework.security"),
            ("spring-data-", "org.springframework.data"), ("spring-cloud-", "org.springframework.cloud"),
        ("spring-session-", "org.springframework.session"), ("spring-integration-", "org.springframework.integration"),
        ("spring-batch-", "org.springframework.batch"), ("spring-", "org.springframework"),
        ("activemq-", "org.apache.activemq"), ("camel-", "org.apache.camel"), ("cxf-", "org.apache.cxf"), ("derby", "org.apache.derby"),
        ("druid-", "org.apache.druid"), ("dubbo", "org.apache.dubbo"), ("elasticsearch", "org.elasticsearch"),
        ("fastjson", "com.alibaba"), ("freemarker", "org.freemarker"), ("grpc-", "io.grpc"), ("hadoop-", "org.apache.hadoop"),
        ("hibernate-", "org.hibernate"), ("hutool-", "cn.hutool"), ("itextpdf", "com.itextpdf"),
        ("jackson-module-", "com.fasterxml.jackson.module"), ("jetty-", "org.eclipse.jetty"), ("json-path", "com.jayway.jsonpath"),
        ("junit-jupiter", "org.junit.jupiter"), ("junit-platform", "org.junit.platform"), ("jython", "org.python"),
        ("kafka", "org.apache.kafka"), ("kotlinx-", "org.jetbrains.kotlinx"), ("kotlin-", "org.jetbrains.kotlin"),
        ("log4j-", "org.apache.logging.log4j"), ("lucene-", "org.apache.lucene"), ("maven-", "org.apache.maven"),
        ("micrometer-", "io.micrometer"), ("mockito-", "org.mockito"), ("mybatis", "org.mybatis"), ("netty-", "io.netty"),
        ("nimbus-jose-jwt", "com.nimbusds"), ("okio", "com.squareup.okio"), ("okhttp", "com.squareup.okhttp3"),
        ("pdfbox", "org.apache.pdfbox"), ("plexus-", "org.codehaus.plexus"), ("poi", "org.apache.poi"),
        ("protobuf-", "com.google.protobuf"), ("reactor-", "io.projectreactor"), ("reload4j", "ch.qos.reload4j"),
        ("scala-compiler", "org.scala-lang"), ("scala-library", "org.scala-lang"), ("scala-reflect", "org.scala-lang"),
        ("shiro-", "org.apache.shiro"), ("solr-", "org.apache.solr"), ("struts2-", "org.apache.struts"), ("thymeleaf", "org.thymeleaf"),
        ("tika-", "org.apache.tika"), ("tomcat-embed-", "org.apache.tomcat.embed"), ("tomcat-", "org.apache.tomcat"),
        ("undertow-", "io.undertow"), ("vertx-", "io.vertx"), ("zookeeper", "org.apache.zookeeper"), ("zstd-jni", "com.github.luben"),
    ];

    /// <summary>
    /// Takes name and version from the name of a file: <c>guava</c>, <c>31.1-jre</c>; the version is empty when there is none.
    /// </summary>
    public static (string Artifact, string Version) SplitName(string file)
    {
        string stem = file[..Math.Max(file.LastIndexOf('.'), 0)];
        for (int dash = stem.IndexOf('-', StringComparison.Ordinal); dash > 0; dash = stem.IndexOf('-', dash + 1))
        {
            if (Version().IsMatch(stem.AsSpan(dash + 1)))
                return (stem[..dash], Classifier().Replace(stem[(dash + 1)..], ""));
        }

        return (stem, "");
    }

    /// <summary>Finds the group of an archive; its own name where nothing says another, as it was custom once.</summary>
    /// <param name="artifact">Its name without the version.</param>
    /// <param name="vendor">What the manifest says of who made it, empty when it does not.</param>
    /// <param name="bundle">The name that OSGi or Java's modules have for it, empty when there is none.</param>
    public static string FindGroup(string artifact, string vendor, string bundle)
    {
        if (Known.TryGetValue(artifact, out string? known))
            return known;
        if (GroupOf(artifact, bundle) is { } group)
            return group;
        if (Array.Find(Families, family => IsOf(artifact, family.Start)) is { Group: { } common })
            return common;
        if (IsGroup(vendor))
            return vendor;
        return IsGroup(bundle) ? bundle : artifact;
    }

    /// <summary>
    /// Reads a <c>pom.xml</c>; what it inherits it takes from its parent's name. Null when it is not one, or is not plain text.
    /// </summary>
    public static (string Group, string Artifact, string Version)? ReadPom(byte[] pom)
    {
        try
        {
            var settings = new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null,
                MaxCharactersInDocument = 4 << 20
            };
            using var reader = XmlReader.Create(new MemoryStream(pom), settings);
            if (XDocument.Load(reader).Root is not { Name.LocalName: "project" } project)
                return null;
            string artifact = Text(project, "artifactId");
            string group = Text(project, "groupId") is { Length: > 0 } own ? own : Text(Child(project, "parent"), "groupId");
            string version = Text(project, "version") is { Length: > 0 } said ? said : Text(Child(project, "parent"), "version");
            return (group + artifact + version).Contains('$', StringComparison.Ordinal) ? null : (group, artifact, version);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    // The bundle plugin joins group and artifact, and leaves out what they share: org.apache.commons:commons-lang3 is
    // org.apache.commons.lang3.
    private static string? GroupOf(string artifact, string bundle)
    {
        if (bundle.EndsWith("." + artifact, StringComparison.Ordinal) && IsGroup(bundle[..^(artifact.Length + 1)]))
            return bundle[..^(artifact.Length + 1)];
        for (int dot = bundle.LastIndexOf('.'); dot > 0; dot = bundle.LastIndexOf('.', dot - 1))
        {
            string group = bundle[..dot], rest = bundle[(dot + 1)..];
            string last = group[(group.LastIndexOf('.') + 1)..];
            if (IsGroup(group) && (artifact == $"{last}-{rest}" || artifact == $"{last}-{rest.Replace('.', '-')}"))
                return group;
        }

        return null;
    }

    private static bool IsOf(string artifact, string family) =>
        artifact.StartsWith(family, StringComparison.Ordinal)
            && (family.EndsWith('-') || artifact.Length == family.Length || artifact[family.Length] is '-' or '_');

    private static bool IsGroup(string name) => name.Contains('.', StringComparison.Ordinal) && Group().IsMatch(name);

    private static XElement? Child(XElement? parent, string name) =>
        parent?.Elements().FirstOrDefault(element => element.Name.LocalName == name);

    private static string Text(XElement? parent, string name) => Child(parent, name)?.Value.Trim() ?? "";

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$")]
    private static partial Regex Group();

    // Numbers, then words that are parts of versions, then perhaps what it was built for.
    [GeneratedRegex(
        @"^\d+([._]\d+)*([._+-]?(\d+|alpha|android|b|beta|build|cr|final|ga|incubating|jbossorg|jre|m|p|patch|rc|redhat|release|snapshot"
        + @"|sp|v)\d*([._]\d+)*)*(-(jdk\d+|linux.*|native.*|sources|tests|x86_64))?$", RegexOptions.IgnoreCase)]
    private static partial Regex Version();

    [GeneratedRegex(@"-(jdk\d+|linux.*|native.*|sources|tests|x86_64)$", RegexOptions.IgnoreCase)]
    private static partial Regex Classifier();
}
