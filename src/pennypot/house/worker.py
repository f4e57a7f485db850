class WorkerThread:
    def start(self): pass
    def stop(self): pass
