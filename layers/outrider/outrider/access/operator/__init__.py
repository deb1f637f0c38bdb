"""Operations of the operator of the deployment on its workspaces. They have no route."""
