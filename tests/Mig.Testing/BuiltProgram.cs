namespace Mig.Testing;

/// <summary>The program that tests start.</summary>
public static class BuiltProgram
{
    /// <summary>
    /// What <c>MIG_TEST_PROGRAM</c> names, so that eng/test.sh runs the program as it is published; or what the build of this configuration
    /// made.
    /// </summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        // artifacts/bin/Mig.Tests/release holds the tests, artifacts/bin/Mig.Cli/release the program.
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        string path = Environment.GetEnvironmentVariable("MIG_TEST_PROGRAM")
            ?? System.IO.Path.Combine(here.Parent!.Parent!.FullName, "Mig.Cli", here.Name, "Mig.Cli");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing; build src/Mig.Cli", path);
    }
}
