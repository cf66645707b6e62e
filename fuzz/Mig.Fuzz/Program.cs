using System.Globalization;
using Mig.Fuzz;

// Mig.Fuzz [SECONDS [SEED [TARGET]]]: ends with 1 after the first finding, whose input it keeps.
int seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60;
int seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : Random.Shared.Next();
string? only = args.Length > 2 ? args[2] : null;
Console.WriteLine($"seed {seed}, {seconds} s");
try
{
    foreach ((string target, long cases, long refused) in Fuzzer.RunFor(TimeSpan.FromSeconds(seconds), seed, only))
        Console.WriteLine($"{target,-12} {cases,10} cases {refused,10} refused");
    return 0;
}
catch (FuzzFindingException finding)
{
    string path = Path.GetFullPath($"finding-{finding.Target}-{finding.Seed}");
    File.WriteAllBytes(path, finding.Input);
    Console.WriteLine($"{finding.Message}\n{path} has the input\n{finding.InnerException}");
    return 1;
}
