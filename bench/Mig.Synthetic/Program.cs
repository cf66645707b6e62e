using System.Globalization;
using Mig;
using Mig.Synthetic;

// Mig.Synthetic REPOSITORY COMMITS BRANCHES [PATH...]: adds versions of HEAD, in which the files at these paths change, to branches synthetic/1, synthetic/2, ...
if (args.Length < 3)
{
    Console.Error.WriteLine("Mig.Synthetic REPOSITORY COMMITS BRANCHES [PATH...]");
    return 2;
}

using Repository repository = Repository.Open(args[0], RepositoryContext.Default);
int commits = int.Parse(args[1], CultureInfo.InvariantCulture), branches = int.Parse(args[2], CultureInfo.InvariantCulture);
new SyntheticHistory(repository, args.Length > 3 ? args[3..] : SyntheticHistory.DefaultPaths).Add(commits, branches);
Console.WriteLine($"{commits} commits on {branches} branches");
return 0;
