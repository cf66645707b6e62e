// Commits a disk to the repository in a folder, which it makes if there is none, and lists the versions.
using Mig;
using Mig.Core;
using Mig.History.Refs;
using Mig.History.Revisions;
using Mig.Versions.Commits;

if (args is not [var folder, var disk, var message])
{
    Console.Error.WriteLine("usage: CommitAndList FOLDER DISK MESSAGE");
    return 2;
}

try
{
    Repository.Initialize(folder);
    using var repository = Repository.Open(folder);
    CommitResult result = repository.Commits.Add(disk, message);
    Console.WriteLine(result.Id is null ? "nothing changed" : $"{result.NewBytes} bytes are new, stored in {result.StoredBytes}");

    foreach (WalkedCommit version in repository.Commits.List())
    {
        int files = repository.Images.Open(version.Id).Files.Count();
        Console.WriteLine($"{version.Id.ToShortString()} {version.Commit.Author.Name}: {version.Commit.Subject} ({files} files)");
    }

    foreach (Ref branch in repository.Branches.List())
        Console.WriteLine($"{branch.Name.ShortName} is at {branch.Id.ToShortString()}");
    return 0;
}
catch (MigException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
