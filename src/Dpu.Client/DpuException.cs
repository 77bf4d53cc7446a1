using System.Net;
using Dpu.Client.Contracts;

namespace Dpu.Client;

/// <summary>A call to a DPU did not do what was asked. The message is one for people.</summary>
public abstract class DpuException : Exception
{
    private protected DpuException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}

/// <summary>The DPU cannot be reached, or the connection broke, or what answers is no DPU.</summary>
public sealed class DpuUnreachableException : DpuException
{
    public DpuUnreachableException(Uri address, string message, bool requestMayHaveArrived = false, Exception? inner = null)
        : base(message, inner)
    {
        Address = address;
        RequestMayHaveArrived = requestMayHaveArrived;
    }

    public Uri Address { get; }

    /// <summary>True when the request may have been carried out although no answer came.</summary>
    public bool RequestMayHaveArrived { get; }
}

/// <summary>The DPU wants to know who asks, or does not let them; or this client does not trust who listens at the address.</summary>
public sealed class DpuNotAllowedException : DpuException
{
    public DpuNotAllowedException(string message, Problem? problem = null)
        : base(message, null) => Problem = problem;

    /// <summary>What the DPU said, if it was the DPU that refused.</summary>
    public Problem? Problem { get; }
}

/// <summary>The DPU understood the request and refused it.</summary>
public sealed class DpuRefusedException : DpuException
{
    public DpuRefusedException(Problem problem)
        : base(Sentence(problem), null) => Problem = problem;

    public Problem Problem { get; }

    /// <summary>True when the same request may succeed later: it is the DPU's state that was wrong, not the request.</summary>
    public bool IsTemporary => Problem.Status is >= 500 or (int)HttpStatusCode.TooManyRequests;

    private static string Sentence(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return string.IsNullOrEmpty(problem.Detail) ? problem.Title : problem.Detail;
    }
}
